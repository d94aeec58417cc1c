// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension FireExplanation {
    /// How late a start is no longer on time; milliseconds (S1-NFR-P1).
    static let precision: Int64 = 1000

    static func finding(_ facts: FireFacts, _ host: FireFacts.Host) -> Finding {
        guard let execution = facts.executions.first(where: { $0.agentID == host.id }) else {
            return self.withoutRecord(facts, host)
        }
        switch execution.status {
        case .pending: return self.pending(execution, facts, host)
        case .running, .success, .failure, .timeout: return self.started(execution, facts)
        case .cancelled: return self.cancelled(execution, facts, host)
        case .skipped: return self.skipped(execution, facts, host)
        }
    }

    private static func started(_ execution: Execution, _ facts: FireFacts) -> Finding {
        let outcomes: [ExecutionStatus: (String, String)] = [
            .running: ("正在运行", "it is running"), .success: ("已成功", "it succeeded"), .failure: ("已失败", "it failed"),
            .timeout: ("已超时", "it ran out of time"),
        ]
        let (zh, en) = outcomes[execution.status] ?? ("", "")
        let verdict: Verdict = execution.status == .running ? .running : .fired
        guard let start = execution.startedAt, execution.attempt <= 1 else {
            return Finding(
                verdict,
                .retry,
                zh: "按计划触发，第 \(execution.attempt) 次尝试，\(zh)",
                en: "it fired, \(en), and this is attempt \(execution.attempt)"
            )
        }
        let delay = start.milliseconds(since: execution.nominal)
        guard delay > self.precision else {
            return Finding(verdict, .admission, zh: "按计划触发，\(zh)", en: "it fired on time and \(en)")
        }
        if delay <= facts.jitterSeconds * 1000 + self.precision {
            return Finding(
                verdict,
                .jitter,
                zh: "按任务的错峰设置延后 \(self.seconds(delay)) 秒启动，\(zh)",
                en: "it started \(self.seconds(delay)) s after its time, as the job's jitter wants, and \(en)"
            )
        }
        if let other = self.inTheWay(of: execution, at: start.advanced(byMilliseconds: -1), facts) {
            return Finding(
                .late,
                .queue,
                zh: "排队等待执行 \(other.id) 结束，延后 \(self.seconds(delay)) 秒启动，\(zh)",
                en:
                    "it started \(self.seconds(delay)) s late, because execution \(other.id) was still running, and \(en)"
            )
        }
        if let stop = facts.halt(of: execution.agentID), execution.kind == .cron {
            return Finding(
                .late,
                stop.rule,
                zh: "\(stop.text.zh)，按错过策略延后 \(self.seconds(delay)) 秒补跑，\(zh)",
                en:
                    "it started \(self.seconds(delay)) s late, because \(stop.text.en) and the job runs missed fires, and \(en)"
            )
        }
        if let pool = facts.pool {
            return Finding(
                .late,
                .queue,
                zh: "等待资源池“\(pool.name)”或主机当时无法启动，延后 \(self.seconds(delay)) 秒启动，\(zh)",
                en: "it started \(self.seconds(delay)) s late, behind others in pool '\(pool.name)' "
                    + "or because the host could not start it at its time, and \(en)"
            )
        }
        return Finding(
            .late,
            .misfire,
            zh: "主机当时无法启动，按错过策略延后 \(self.seconds(delay)) 秒补跑，\(zh)",
            en: "it started \(self.seconds(delay)) s late, because the host could not start it at its time "
                + "and the job runs missed fires, and \(en)"
        )
    }

    /// What ran on the host until the execution could start.
    private static func inTheWay(of execution: Execution, at instant: Timestamp, _ facts: FireFacts) -> Execution? {
        facts.neighbours.first { other in
            guard other.id != execution.id, other.agentID == execution.agentID, let start = other.startedAt,
                start <= execution.nominal
            else { return false }
            return other.finishedAt.map { $0 > execution.nominal && $0 <= instant.advanced(byMilliseconds: 1000) }
                ?? false
        }
    }

    private static func pending(_ execution: Execution, _ facts: FireFacts, _ host: FireFacts.Host) -> Finding {
        switch execution.reason {
        case .queued:
            if let pool = facts.pool, execution.detail == pool.waitingDetail {
                return Finding(
                    .waiting,
                    .queue,
                    zh: "正在排队，等待资源池“\(pool.name)”空出位置",
                    en: "it waits for a place in pool '\(pool.name)'"
                )
            }
            return Finding(
                .waiting,
                .queue,
                zh: "正在排队，等待同一任务的其他执行结束",
                en: "it waits until another execution of the job has ended"
            )
        case .awaitingRetry:
            return Finding(
                .waiting,
                .retry,
                zh: "第 \(execution.attempt) 次尝试已结束，等待重试",
                en: "attempt \(execution.attempt) has ended, and it waits for the next"
            )
        default: break
        }
        if let stop = facts.halt(of: host.id), stop.isOpen, execution.kind == .cron {
            return Finding(
                .stopped,
                stop.rule,
                zh: "尚未启动：\(stop.text.zh)",
                en: "it has not started: \(stop.text.en)"
            )
        }
        if let trouble = host.trouble {
            return Finding(
                .pending,
                .misfire,
                zh: "尚未启动：主机\(trouble.zh)；恢复后按错过策略处理",
                en: "it has not started: the host \(trouble.en); when that is over, the misfire policy decides"
            )
        }
        guard !host.isOnline else {
            return Finding(
                .pending,
                .admission,
                zh: "已下发，主机尚未回报",
                en: "it was ordered, and the host has not answered yet"
            )
        }
        if facts.offline == .skip {
            return Finding(
                .pending,
                .offline,
                zh: "主机离线\(self.since(host, "（最后联系 ", "）"))，任务离线时不运行，重新连接后会回报",
                en: "the host is offline\(self.since(host, " since ", "")), where the job does not run, "
                    + "and will say so when it is back"
            )
        }
        return Finding(
            .pending,
            .offline,
            zh: "主机离线\(self.since(host, "（最后联系 ", "）"))，重新连接后会回报实际情况",
            en: "the host is offline\(self.since(host, " since ", "")) and will say what it did when it is back"
        )
    }

    private static func cancelled(_ execution: Execution, _ facts: FireFacts, _ host: FireFacts.Host) -> Finding {
        switch execution.reason {
        case .overlap:
            Finding(
                .cancelled,
                .overlap,
                zh: "被同一任务较新的执行取代",
                en: "it was stopped because a newer execution of the job took its place"
            )
        case .disabled:
            Finding(.cancelled, .status, zh: "任务停用或删除时被取消", en: "it was cancelled when the job was disabled or deleted")
        default: Finding(.cancelled, .cancel, zh: "被人停止", en: "somebody stopped it")
        }
    }

    private static func skipped(_ execution: Execution, _ facts: FireFacts, _ host: FireFacts.Host) -> Finding {
        switch execution.reason {
        case .overlap:
            let other = facts.neighbours.first { other in
                other.id != execution.id && other.agentID == execution.agentID
                    && (other.startedAt.map { $0 <= execution.nominal.advanced(byMilliseconds: 1000) } ?? false)
                    && (other.finishedAt.map { $0 >= execution.nominal } ?? !other.status.isTerminal)
            }
            let name = other.map { " \($0.id)" } ?? ""
            return Finding(
                .skipped,
                .overlap,
                zh: "已跳过：执行\(name) 尚未结束，且任务不允许重叠",
                en: "it was skipped: execution\(name) was still open, and the job may not overlap"
            )
        case .queueFull:
            return Finding(
                .skipped,
                .queue,
                zh: "已跳过：等待队列已满",
                en: "it was skipped: no place was left in the job's queue"
            )
        case .misfire:
            if let stop = facts.halt(of: host.id) {
                return Finding(
                    .skipped,
                    stop.rule,
                    zh: "已跳过：\(stop.text.zh)，任务不补跑",
                    en: "it was skipped: \(stop.text.en), and the job does not run it late"
                )
            }
            if OfflinePolicy.explains(execution.detail) { return self.cutOff(.skipped) }
            return Finding(
                .skipped,
                .misfire,
                zh: "已跳过：主机当时无法启动，任务不补跑",
                en: "it was skipped: the host could not start it at its time, and the job does not run it late"
            )
        case .misfireCoalesced:
            if let stop = facts.halt(of: host.id) { return self.together(stop) }
            if OfflinePolicy.explains(execution.detail) { return self.cutOff(.coalesced) }
            return Finding(
                .coalesced,
                .misfire,
                zh: "已跳过：与其他错过的触发合并为一条记录",
                en: "it was missed together with others; one record stands for them"
            )
        case .maintenance:
            let period = facts.maintenances[host.id]
            return Finding(
                .skipped,
                .maintenance,
                zh: "已跳过：\(period?.text.zh ?? "主机正在维护")",
                en: "it was skipped: \(period?.text.en ?? execution.detail ?? "the host was in maintenance")"
            )
        case .disabled: return Finding(.skipped, .status, zh: "已跳过：任务已停用", en: "it was skipped: the job was disabled")
        case .staleConfig:
            return Finding(
                .skipped,
                .configuration,
                zh: "已跳过：指令的任务版本已过期",
                en: "it was skipped: the order was of an older version of the job"
            )
        case .agentOffline:
            return Finding(
                .skipped,
                .offline,
                zh: "主机离线且未再回报\(self.since(host, "（最后联系 ", "）"))",
                en: "the host was offline and has not come back\(self.since(host, ", last seen at ", ""))"
            )
        default:
            return Finding(
                .skipped,
                .deadline,
                zh: "已跳过：超过最晚开始时间",
                en: "it was skipped: it could not start before its deadline"
            )
        }
    }

    private static func withoutRecord(_ facts: FireFacts, _ host: FireFacts.Host) -> Finding {
        let later = facts.neighbours.filter { $0.agentID == host.id && $0.kind == .cron && $0.nominal > facts.at }
            .min { $0.nominal < $1.nominal }
        if let later, later.reason == .misfireCoalesced {
            if let stop = facts.halt(of: host.id) { return self.together(stop) }
            if OfflinePolicy.explains(later.detail) { return self.cutOff(.coalesced) }
            return Finding(
                .coalesced,
                .misfire,
                zh: "当时未能运行，已并入 \(later.nominal) 的合并记录",
                en: "it was missed, and is counted in the record at \(later.nominal)"
            )
        }
        if let stop = facts.halt(of: host.id) {
            return Finding(
                .stopped,
                stop.rule,
                zh: "没有触发：\(stop.text.zh)",
                en: "it did not fire: \(stop.text.en)"
            )
        }
        if facts.at < facts.changedAt {
            return Finding(
                .missed,
                .configuration,
                zh: "没有记录：任务在 \(facts.changedAt) 修改过，当时的计划或状态可能不同",
                en:
                    "there is no record; the job was changed at \(facts.changedAt), and may have been off or scheduled otherwise then"
            )
        }
        if let trouble = host.trouble {
            return Finding(
                .missed,
                .misfire,
                zh: "没有记录：主机\(trouble.zh)；恢复后按错过策略处理，并上报",
                en:
                    "there is no record: the host \(trouble.en); when that is over, the misfire policy decides, and it reports"
            )
        }
        guard !host.isOnline else {
            return Finding(
                .missed,
                .reconnect,
                zh: "没有记录：主机当时可能尚未加入或尚未收到配置",
                en: "there is no record: the host may not have belonged to the job yet, or has not reported yet"
            )
        }
        return Finding(
            .missed,
            .offline,
            zh: "没有记录：主机离线\(self.since(host, "（最后联系 ", "）"))，若已按本地时钟运行，重新连接后会上报",
            en:
                "there is no record: the host is offline\(self.since(host, " since ", "")); what it ran by its own clock it reports later"
        )
    }

    /// Missed with others while the scheduler stood still.
    private static func together(_ stop: FireHalt) -> Finding {
        Finding(
            .coalesced,
            stop.rule,
            zh: "\(stop.text.zh)，与其他错过的触发合并为一条记录",
            en: "it was missed together with others, because \(stop.text.en); one record stands for them"
        )
    }

    private static func since(_ host: FireFacts.Host, _ before: String, _ after: String) -> String {
        host.lastSeen.map { "\(before)\($0)\(after)" } ?? ""
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        milliseconds < 10_000 ? "\(Double(milliseconds / 100) / 10)" : "\(milliseconds / 1000)"
    }
}
