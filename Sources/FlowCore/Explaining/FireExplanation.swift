// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What happened, or will happen, with a job at an instant, and which rule decided (`docs/scheduling.md`).
///
/// Pure: what is known goes in, the answer comes out. Where hosts fared differently, ``verdict`` is that of the host that
/// most needs an explanation, and ``text`` has a sentence for each kind of outcome.
package struct FireExplanation: Hashable, Sendable {
    /// Ordered: what needs an explanation more comes later.
    package enum Verdict: String, Sendable, CaseIterable, Comparable {
        /// The schedule has no fire at this instant.
        case notDue = "not_due"
        /// The job fires when somebody, or the end of its last run, makes it.
        case unscheduled
        case willFire = "will_fire"
        case fired
        case running
        /// It started more than a second after its time.
        case late
        /// Decided, and waiting: for a place, or for its next attempt.
        case waiting
        /// No host has said yet what became of it.
        case pending
        case cancelled
        /// Counted in the one record for several missed fires.
        case coalesced
        case skipped
        /// The job was off, or was not there yet.
        case disabled
        /// The scheduler was, or is, stopped.
        case stopped
        /// Due, and nothing is known of it.
        case missed

        package static func < (lhs: Verdict, rhs: Verdict) -> Bool {
            (Self.allCases.firstIndex(of: lhs) ?? 0) < (Self.allCases.firstIndex(of: rhs) ?? 0)
        }
    }

    /// The rule that decided; a word for programs.
    package enum Rule: String, Sendable {
        case schedule
        case status
        /// Its start or end date, or its daily window.
        case limits
        /// A calendar that the job keeps to.
        case calendar
        /// Paused, or finished, by itself or until a time.
        case pause
        case admission
        case jitter
        case overlap
        case queue
        case misfire
        case deadline
        case retry
        case cancel
        case configuration
        case offline
        case reconnect
        /// The scheduler was stopped.
        case scheduler
        /// The host was in maintenance.
        case maintenance
    }

    package struct Text: Hashable, Sendable {
        package var zh: String
        package var en: String

        package init(zh: String, en: String) {
            self.zh = zh
            self.en = en
        }
    }

    package let verdict: Verdict
    package let rule: Rule
    /// The nominal instant in question.
    package let at: Timestamp
    /// The records of the fire, or of what somebody started at that instant; then those of backfills that were for it.
    package let executions: [Execution]
    package let text: Text

    package init(_ facts: FireFacts) {
        self.at = facts.at
        self.executions = facts.executions + facts.makeUps
        let findings = Self.findings(facts)
        let worst = findings.max { $0.verdict < $1.verdict }
        self.verdict = worst?.verdict ?? .missed
        self.rule = worst?.rule ?? .schedule
        let texts = findings.map(\.text) + Self.madeUp(facts)
        self.text = Text(zh: texts.map(\.zh).joined(), en: texts.map(\.en).joined(separator: " "))
    }

    struct Finding {
        let verdict: Verdict
        let rule: Rule
        let text: Text

        init(_ verdict: Verdict, _ rule: Rule, zh: String, en: String) {
            self.verdict = verdict
            self.rule = rule
            self.text = Text(zh: zh, en: en)
        }
    }

    private static func findings(_ facts: FireFacts) -> [Finding] {
        if facts.executions.isEmpty, let finding = self.withoutFire(facts) { return [finding] }
        if let placement = facts.placement, placement.isCoordinated {
            return self.placed(facts, placement)
        }
        if facts.at > facts.now { return self.coming(facts) }
        if facts.executions.isEmpty, let stop = facts.stop, stop.until == nil { return [self.stands(still: stop)] }
        var groups: [(finding: Finding, hosts: [String])] = []
        for host in facts.hosts {
            let finding = self.finding(facts, host)
            if let index = groups.firstIndex(where: { $0.finding.text == finding.text }) {
                groups[index].hosts.append(host.name)
            } else {
                groups.append((finding, [host.name]))
            }
        }
        guard !groups.isEmpty else {
            return [Finding(.missed, .configuration, zh: "该任务没有目标主机。", en: "No host belongs to the job's groups.")]
        }
        return groups.map { group in
            let names = self.list(group.hosts)
            return Finding(
                group.finding.verdict,
                group.finding.rule,
                zh: "\(names)：\(group.finding.text.zh)。",
                en: "\(names): \(group.finding.text.en)."
            )
        }
    }

    /// The first few, and how many more.
    static func list(_ names: [String]) -> String {
        let shown = names.prefix(3).joined(separator: ", ")
        return names.count > 3 ? shown + " +\(names.count - 3)" : shown
    }

    /// Why there is no fire at the instant; nil when there is one.
    private static func withoutFire(_ facts: FireFacts) -> Finding? {
        if facts.at < facts.createdAt {
            return Finding(
                .disabled,
                .status,
                zh: "任务创建于 \(facts.createdAt)，当时还不存在。",
                en: "The job was created at \(facts.createdAt); it did not exist then."
            )
        }
        switch facts.timing {
        case .unscheduled(waitsForOthers: true):
            return Finding(
                .unscheduled,
                .schedule,
                zh: "该任务没有定时计划，在其前置任务结束后启动，也可手动触发。",
                en: "The job has no schedule; it starts when the jobs that it waits for have ended, or when somebody "
                    + "triggers it."
            )
        case .unscheduled(waitsForOthers: false):
            return Finding(
                .unscheduled,
                .schedule,
                zh: "该任务没有定时计划，仅在手动触发时运行。",
                en: "The job has no schedule; it runs when somebody triggers it."
            )
        case .delay(let seconds):
            return Finding(
                .unscheduled,
                .schedule,
                zh: "该任务在上次执行结束 \(seconds) 秒后再次运行，各主机自行计时，无法预先给出时间。",
                en: "The job runs \(seconds) s after the end of its last run, which each host counts for itself; "
                    + "no time is known in advance."
            )
        case .outside(let limits, let before, let after):
            let words = limits.obstacleText
            return Finding(
                .notDue,
                limits.except != nil ? .schedule : limits.calendars == nil ? .limits : .calendar,
                zh: words.zh + self.neighbours(before, after).zh,
                en: words.en + self.neighbours(before, after).en
            )
        case .between(let before, let after):
            let words = self.neighbours(before, after)
            return Finding(
                .notDue,
                .schedule,
                zh: "计划在此刻没有触发" + words.zh
                    + (facts.hold.map { "任务\($0.text.zh)。" } ?? ""),
                en: "The schedule has no fire at this instant" + words.en
                    + (facts.hold.map { " The job is \($0.text.en)." } ?? "")
            )
        case .due:
            if let hold = facts.hold { return self.held(facts, by: hold) }
            guard !facts.isEnabled, facts.at >= facts.changedAt else { return nil }
            return Finding(
                .disabled,
                .status,
                zh: "任务自 \(facts.changedAt) 起已停用，不会触发。",
                en: "The job is disabled since \(facts.changedAt); it does not fire."
            )
        }
    }

    /// The fires around an instant, as the end of a sentence.
    private static func neighbours(_ before: Timestamp?, _ after: Timestamp?) -> Text {
        let zh = [before.map { "上一次 \($0)" }, after.map { "下一次 \($0)" }].compactMap { $0 }
        let en = [before.map { "the fire before is at \($0)" }, after.map { "the next one at \($0)" }].compactMap { $0 }
        return Text(
            zh: zh.isEmpty ? "。" : "：" + zh.joined(separator: "，") + "。",
            en: en.isEmpty ? "." : "; " + en.joined(separator: ", ") + "."
        )
    }

    /// A fire that a hold swallows; nil for one before it, or behind its end.
    private static func held(_ facts: FireFacts, by hold: JobHold) -> Finding? {
        guard facts.at >= hold.since, hold.until.map({ facts.at < $0 }) ?? true else { return nil }
        return Finding(
            .disabled,
            .pause,
            zh: "任务\(hold.text.zh)，此刻不会触发。",
            en: "The job is \(hold.text.en); it does not fire."
        )
    }

    /// A fire that came due, or will come due, while the scheduler is stopped.
    static func stands(still stop: SchedulerStop) -> Finding {
        Finding(
            .stopped,
            .scheduler,
            zh: "\(stop.text.zh)，此刻不会按计划触发；重新启动后由任务的错过策略决定是否补跑。",
            en:
                "The schedule does not fire: \(stop.text.en). At its start the job's misfire policy says what becomes of it."
        )
    }

    /// Hosts that will be in maintenance then.
    private static func resting(_ facts: FireFacts) -> [Finding] {
        facts.hosts.compactMap { host in
            facts.maintenances[host.id].map { period in
                Finding(
                    .stopped,
                    .maintenance,
                    zh: "\(host.name)：此刻不会按计划触发，\(period.text.zh)；结束后由任务的错过策略决定是否补跑。",
                    en: "\(host.name) will not fire: \(period.text.en). "
                        + "At the end of that the job's misfire policy says what becomes of it."
                )
            }
        }
    }

    private static func coming(_ facts: FireFacts) -> [Finding] {
        if let stop = facts.stop { return [self.stands(still: stop)] }
        let hosts = facts.hosts.filter { facts.maintenances[$0.id] == nil }
        var findings = self.resting(facts)
        guard !hosts.isEmpty || findings.isEmpty else { return findings }
        findings.append(
            Finding(
                .willFire,
                .schedule,
                zh: "将在 \(hosts.count) 台主机上按计划触发。",
                en: "It will fire as scheduled on \(hosts.count) \(hosts.count == 1 ? "host" : "hosts")."
            )
        )
        if facts.jitterSeconds > 0 {
            findings.append(
                Finding(
                    .willFire,
                    .jitter,
                    zh: "各主机在其后 \(facts.jitterSeconds) 秒内错开启动。",
                    en: "Each host starts at its own moment within \(facts.jitterSeconds) s after that."
                )
            )
        }
        let away = hosts.filter { !$0.isOnline }
        if !away.isEmpty {
            findings.append(self.alone(self.list(away.map(\.name)), facts.offline))
        }
        return findings
    }
}
