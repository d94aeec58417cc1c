// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// The variables of templates (S2-9, and ours), and what they say of an incident.
package struct TemplateVariables: Sendable {
    package static let names: Set<String> = [
        "task_id", "task_name", "execution_status", "execution_start_time", "execution_end_time", "execution_duration",
        "threshold_count", "execution_log_tail", "trigger", "run_id", "execution_id", "host", "hosts", "hosts_count",
        "many_hosts", "exit_code", "reason", "since", "rule", "count", "recovered", "silenced_count", "same_failure",
        "failure", "seen_before", "escalation", "request", "url", "trigger_text", "execution_status_text", "detail",
    ]

    package private(set) var values: [String: String] = [:]
    /// How the built-in texts around them speak.
    package let speech: MessageSpeech

    /// - Parameters:
    ///   - execution: the newest of the incident; nil when it has none, or it is gone.
    ///   - alike: how its failures read.
    ///   - timeZone: times are written as this zone has them.
    ///   - address: where the console is, without a slash at the end; nil when nobody said.
    ///   - speech: in which language values with words or units are.
    package init(
        _ message: NotifyMessage,
        execution: Execution?,
        logTail: String,
        alike: FailureWords = FailureWords(),
        timeZone: String = "UTC",
        address: String? = nil,
        speech: MessageSpeech = MessageSpeech()
    ) {
        self.speech = speech
        let incident = message.incident
        let hosts = Self.unique(incident.members.reversed().map(\.host).filter { !$0.isEmpty })
        let requests = incident.members.compactMap(\.request)
        let trigger = message.purpose == .recovered ? NotifyTrigger.recovered : incident.trigger
        let flow = incident.members.last?.run
        let url =
            if let flow, let address { "\(address)/workflows/runs/\(flow)" } else if requests.isEmpty {
                Self.url(address, execution: execution, job: incident.jobID)
            } else {
                Self.url(address, of: incident.trigger)
            }
        func time(_ time: Timestamp?) -> String {
            time.map { Self.time($0, in: timeZone) } ?? ""
        }
        self.values = [
            "task_id": incident.jobID.map { String($0) } ?? "",
            "task_name": Self.clean(incident.jobName),
            "execution_status": execution?.status.name ?? "",
            "execution_start_time": time(execution?.startedAt),
            "execution_end_time": time(execution?.finishedAt),
            "execution_duration": execution?.durationMilliseconds.map { speech.duration($0) } ?? "",
            "threshold_count": String(incident.thresholdCount),
            "execution_log_tail": Self.clean(logTail, keepsLines: true),
            "trigger": trigger.rawValue,
            "trigger_text": speech.word(trigger),
            "execution_status_text": execution.map { speech.word($0.status) } ?? "",
            "run_id": (execution?.runID ?? flow)?.description ?? "",
            "execution_id": execution?.id.description ?? "",
            "host": hosts.first ?? "",
            "hosts": hosts.joined(separator: ", "),
            "hosts_count": String(max(hosts.count, incident.failing.count)),
            "many_hosts": max(hosts.count, incident.failing.count) > 1 ? "true" : "",
            "exit_code": execution?.exitCode.map { String($0) } ?? "",
            "reason": Self.clean(
                execution?.detail.map { speech.text(kept: $0) } ?? execution?.reason.map { speech.word($0) } ?? ""
            ),
            "since": time(incident.openedAt),
            "rule": Self.clean(incident.rule.name),
            "count": String(incident.count),
            "recovered": message.purpose == .recovered ? "true" : "",
            "silenced_count": incident.heldBack.flatMap { $0 > 0 ? String($0) : nil } ?? "",
            "escalation": message.purpose == .escalation ? String(message.number) : "",
            "same_failure": alike.same.map { speech.text($0) } ?? "",
            "failure": Self.clean(alike.text, keepsLines: true),
            "seen_before": time(alike.seenBefore),
            "request": Self.clean(
                requests.map { speech.text(kept: $0) }.joined(separator: "\n"),
                keepsLines: true
            ),
            "url": url,
            "detail": message.purpose == .recovered
                ? "" : WatchWords(incident).map { speech.text($0.text(speech, time: { time($0) })) } ?? "",
        ]
    }

    /// For previews without an execution.
    package init(sample rule: String, at now: Timestamp, speech: MessageSpeech = MessageSpeech()) {
        self.speech = speech
        self.values = [
            "task_id": "7", "task_name": "nightly-backup", "execution_status": "FAILURE",
            "execution_start_time": now.advanced(byMilliseconds: -65_000).rfc3339(),
            "execution_end_time": now.rfc3339(), "execution_duration": speech.duration(65_000), "threshold_count": "1",
            "execution_log_tail": speech.text("this is a test: nothing has failed"),
            "trigger": NotifyTrigger.technicalFailure.rawValue, "trigger_text": speech.word(.technicalFailure),
            "execution_status_text": speech.word(.failure),
            "run_id": "019b76da-a800-8a16-95be-9999ed8e96e3", "execution_id": "019b76da-a800-8a16-95be-9999ed8e96e3",
            "host": "web1", "hosts": "web1", "hosts_count": "1", "exit_code": "2",
            "reason": speech.text("exit code \(2)"),
            "since": now.rfc3339(), "rule": Self.clean(rule), "count": "1",
        ]
    }

    /// Without the log's oldest lines, so that the whole is at most so much shorter.
    package mutating func shortenLog(by bytes: Int) {
        let tail = self.values["execution_log_tail"] ?? ""
        let kept = max(0, tail.utf8.count - bytes - 3)
        let start = tail.utf8.index(tail.utf8.endIndex, offsetBy: -min(kept, tail.utf8.count))
        self.values["execution_log_tail"] = kept == 0 ? "" : "…" + String(tail.unicodeScalars[start...])
    }

    private static func unique(_ hosts: [String]) -> [String] {
        var seen: Set<String> = []
        return hosts.filter { seen.insert($0).inserted }
    }

    private static func url(_ address: String?, of trigger: NotifyTrigger) -> String {
        address.map { trigger == .approvalWaiting ? $0 + "/approvals" : $0 } ?? ""
    }

    private static func url(_ address: String?, execution: Execution?, job: JobID?) -> String {
        guard let address else { return "" }
        if let execution { return "\(address)/executions/\(execution.id)" }
        return job.map { "\(address)/tasks/\($0)" } ?? address
    }

    /// RFC 3339 with the zone's offset.
    private static func time(_ time: Timestamp, in zone: String) -> String {
        let offset = (try? ZoneDatabase.shared.rules(named: zone).offsetSeconds(at: time)) ?? 0
        // Nobody reads milliseconds in a message.
        let local = String(time.advanced(byMilliseconds: Int64(offset) * 1000).rfc3339().prefix(19))
        guard offset != 0 else { return local + "Z" }
        let minutes = abs(offset) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return local + (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
    }

    /// Without control characters, which could move a terminal or break a header.
    package static func clean(_ text: String, keepsLines: Bool = false) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0a where keepsLines, 0x09: result.append(scalar)
            // Also those that turn the direction of what follows.
            case 0..<0x20, 0x7f..<0xa0, 0x202a...0x202e, 0x2066...0x2069: if scalar.value != 0x0d { result.append(" ") }
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
