// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension FireExplanation {
    /// What backfills did about an instant: a sentence for each way in which it ended, in the order of the hosts.
    ///
    /// ``verdict`` stays that of the fire itself. A host may have had the time in several backfills, or again in a retry: its
    /// last record counts.
    static func madeUp(_ facts: FireFacts) -> [Text] {
        var last: [AgentID: Execution] = [:]
        for execution in facts.makeUps {
            if let other = last[execution.agentID], other.nominal > execution.nominal { continue }
            last[execution.agentID] = execution
        }
        var groups: [(outcome: Text, hosts: [String])] = []
        for host in facts.hosts {
            guard let outcome = last[host.id].map(Self.outcome) else { continue }
            if let index = groups.firstIndex(where: { $0.outcome == outcome }) {
                groups[index].hosts.append(host.name)
            } else {
                groups.append((outcome, [host.name]))
            }
        }
        return groups.map { outcome, hosts in
            let names = self.list(hosts)
            return Text(zh: "补跑：\(names) \(outcome.zh)。", en: "Backfill: \(names) \(outcome.en).")
        }
    }

    private static func outcome(of execution: Execution) -> Text {
        let result = execution.status.name
        switch execution.status {
        case .pending: return Text(zh: "等待运行", en: "has yet to run this time")
        case .running: return Text(zh: "正在运行", en: "runs this time now")
        case .success, .failure, .timeout:
            return Text(zh: "已运行，结果为 \(result)", en: "ran this time later, which ended as \(result)")
        case .cancelled: return Text(zh: "已取消", en: "had its run of this time cancelled")
        case .skipped: return Text(zh: "已跳过", en: "left this time out")
        }
    }
}
