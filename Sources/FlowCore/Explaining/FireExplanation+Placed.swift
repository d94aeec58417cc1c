// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension FireExplanation {
    /// Of a job whose hosts the server chooses: a sentence for each record instead of each host.
    static func placed(_ facts: FireFacts, _ placement: Placement) -> [Finding] {
        let slots = placement.kind == .broadcast ? facts.hosts.count : placement.slots
        if let waves = placement.waves, facts.at > facts.now { return [self.coming(waves, facts)] }
        if facts.executions.isEmpty, let stop = facts.stop { return [self.stopped(stop, facts)] }
        if facts.at > facts.now {
            return [
                Finding(
                    .willFire,
                    .schedule,
                    zh: "将会触发：服务器届时从 \(facts.hosts.count) 台主机中为 \(slots) 个位置选择主机。",
                    en: "It will fire: the server will then choose from \(facts.hosts.count) hosts for "
                        + (slots == 1 ? "one place." : "\(slots) places.")
                )
            ]
        }
        guard !facts.executions.isEmpty else {
            return [
                Finding(
                    .missed,
                    .admission,
                    zh: "没有记录：这样的任务只由服务器触发，当时服务器不在，之后的补跑或跳过记在最早错过的时间上。",
                    en:
                        "There is no record: only the server fires such a job, and it was away then; what it made up for "
                        + "or left out is recorded at the first time that it missed."
                )
            ]
        }
        return facts.executions.prefix(20).map { self.placed($0, facts) }
    }

    private static func coming(_ waves: Waves, _ facts: FireFacts) -> Finding {
        let sizes = waves.sizes(of: facts.hosts.count)
        let shown = sizes.prefix(10).map { "\($0)" }.joined(separator: ", ") + (sizes.count > 10 ? ", …" : "")
        return Finding(
            .willFire,
            .schedule,
            zh: "将会触发：\(facts.hosts.count) 台主机分 \(sizes.count) 批（\(shown)）执行。",
            en: "It will fire: on \(facts.hosts.count) hosts in \(sizes.count) waves (\(shown))."
        )
    }

    /// A fire of which there is no record, because the scheduler stood still at its time.
    private static func stopped(_ stop: SchedulerStop, _ facts: FireFacts) -> Finding {
        guard stop.until != nil else { return self.stands(still: stop) }
        return Finding(
            .stopped,
            .scheduler,
            zh: "没有触发：\(stop.text.zh)；之后的补跑或跳过记在最早错过的时间上。",
            en: "It did not fire: \(stop.text.en). "
                + "What was made up for or left out is recorded at the first time that was missed."
        )
    }

    private static func placed(_ execution: Execution, _ facts: FireFacts) -> Finding {
        let host =
            facts.hosts.first { $0.id == execution.agentID }?.name
            ?? (execution.agentID == .unplaced ? "" : execution.agentID.rawValue)
        let zhHost = host.isEmpty ? "尚无主机" : host
        let enHost = host.isEmpty ? "No host yet" : host
        let detail = execution.detail.map { ": \($0)" } ?? ""
        switch execution.status {
        case .pending where execution.agentID == .unplaced:
            return Finding(
                .waiting,
                execution.reason == .queued ? .queue : .offline,
                zh: "等待主机\(detail)。",
                en: "It waits for a host\(detail)."
            )
        case .pending where execution.reason == .waitingWave:
            let place = facts.waves[execution.id].map { WaveRollout.waiting(for: $0.wave, of: $0.count) }
            return Finding(
                .waiting,
                .queue,
                zh: "\(zhHost)：\(place?.zh ?? execution.detail ?? "")。",
                en: "\(enHost): \(place?.en ?? execution.detail ?? "")."
            )
        case .pending:
            return Finding(.pending, .admission, zh: "已交给 \(zhHost)\(detail)。", en: "Given to \(enHost)\(detail).")
        case .running, .success, .failure, .timeout:
            if let stop = facts.stop, self.isLate(execution) { return self.late(execution, stop, zhHost, enHost) }
            if execution.status == .running {
                return Finding(.running, .admission, zh: "正在 \(zhHost) 上运行。", en: "It runs on \(enHost).")
            }
            return Finding(
                .fired,
                .admission,
                zh: "在 \(zhHost) 上运行过，结果为 \(execution.status.name)。",
                en: "It ran on \(enHost) and ended as \(execution.status.name)."
            )
        case .cancelled:
            return Finding(.cancelled, .cancel, zh: "\(zhHost)：已取消\(detail)。", en: "\(enHost): cancelled\(detail).")
        case .skipped where facts.stop != nil && [.misfire, .deadline].contains(execution.reason):
            let stop = facts.stop?.text
            return Finding(
                .skipped,
                .scheduler,
                zh: "已跳过：\(stop?.zh ?? "")，任务不补跑。",
                en: "It was skipped: \(stop?.en ?? ""), and the job does not run it late."
            )
        case .skipped:
            let rule: Rule =
                switch execution.reason {
                case .overlap, .queueFull: .overlap
                case .misfire: .misfire
                case .deadline: .deadline
                case .disabled: .status
                case .waveStopped, .itemStopped: .queue
                default: .offline
                }
            return Finding(.skipped, rule, zh: "\(zhHost)：已跳过\(detail)。", en: "\(enHost): skipped\(detail).")
        }
    }

    private static func isLate(_ execution: Execution) -> Bool {
        guard execution.kind == .cron, let start = execution.startedAt else { return false }
        return start.milliseconds(since: execution.nominal) > self.precision
    }

    /// A fire of a stop that was made up for.
    private static func late(
        _ execution: Execution,
        _ stop: SchedulerStop,
        _ zhHost: String,
        _ enHost: String
    ) -> Finding {
        let isRunning = execution.status == .running
        let zhEnd = isRunning ? "正在运行" : "结果为 \(execution.status.name)"
        let enEnd = isRunning ? "still runs" : "ended as \(execution.status.name)"
        return Finding(
            .late,
            .scheduler,
            zh: "\(stop.text.zh)，按错过策略之后在 \(zhHost) 上补跑，\(zhEnd)。",
            en: "It was made up for on \(enHost), because \(stop.text.en) and the job runs missed fires, "
                + "and it \(enEnd)."
        )
    }
}
