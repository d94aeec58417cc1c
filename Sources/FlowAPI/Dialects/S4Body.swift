// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// S4's `TaskCreateRequest`: an interval inside some hours of the day until a date, and what the task is told.
struct S4Body {
    /// What a task is told, kept as labels of these names and handed over as variables.
    static let parameters = [
        "sys_type", "task_type", "xhs_account_id", "xhs_account_name", "user_query", "user_topic", "user_style",
        "user_target_audience",
    ]
    static let account = "xhs_account_id"
    static let end = "task_end_time"
    static let standardType = "xhs_type"

    /// By name; what the request left out is not here.
    private(set) var told: [String: String] = [:]
    private let end: String?
    private let lastInstant: (@Sendable (_ zone: String) -> Timestamp?)?
    private let interval: Int64?
    private let hours: [Int64]?

    var account: String { self.told[Self.account] ?? "" }
    var type: String { self.told["task_type"] ?? Self.standardType }

    /// - Parameter isNew: whether it has to say all that a task needs, and the rest gets S4's defaults.
    init(_ body: JSON, isNew: Bool) throws {
        var reader = try FieldReader(body)
        if isNew {
            for field in ["sys_type", Self.account, "xhs_account_name"] where !reader.has(field) {
                reader.fault(field, "required", "this field is required")
            }
        }
        for name in Self.parameters {
            guard let text = reader.string(name) else { continue }
            if !SecretReference.names(in: text).isEmpty {
                reader.fault(name, "secret", "what a task is told is data; a secret belongs into its template")
            }
            self.told[name] = text
        }
        if let account = self.told[Self.account], !Self.isAccount(account) {
            reader.fault(
                Self.account,
                "syntax",
                "an account's id is made of at most 100 letters, digits and '.', '_', '-', '~', '@', '+'"
            )
        }
        self.end = reader.string(Self.end)
        let last = self.end.map { Self.last($0) }
        if case .some(.none) = last {
            reader.fault(Self.end, "syntax", "write a date such as 2026-02-08, or a time with an offset")
        }
        self.lastInstant = last ?? nil
        let interval = reader.integer("interval")
        if let interval, !(1...31_622_400).contains(interval) {
            reader.fault("interval", "range", "an interval is 1 second to 366 days")
        }
        self.interval = interval ?? (isNew ? 3600 : nil)
        let hours = reader.integers("valid_time_range")
        if let hours {
            let isRange =
                hours.count == 2 && (0...23).contains(hours[0]) && (0...24).contains(hours[1]) && hours[0] != hours[1]
            if !isRange {
                reader.fault(
                    "valid_time_range",
                    "range",
                    "write the first hour and the one after the last, such as [8, 22]; [0, 24] is the whole day"
                )
            }
        }
        self.hours = hours ?? (isNew ? [8, 22] : nil)
        if isNew, self.told["task_type"] == nil { self.told["task_type"] = Self.standardType }
        try reader.finish()
    }

    static func isAccount(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "._-~@+".utf8.contains(byte)
            }
    }

    // MARK: Drafts

    /// A new task after its template.
    ///
    /// - Parameters:
    ///   - name: of the new task.
    ///   - zone: what hours and dates are read in.
    func draft(after template: Job, name: String, zone: String) -> JobDraft {
        var draft = JobDraft(template)
        draft.name = name
        draft.description = "S4 · \(self.told["xhs_account_name"] ?? "")"
        draft.notify = template.definition.notify
        draft.isEnabled = true
        self.apply(to: &draft, zone: zone)
        return draft
    }

    /// A task with what this says; all else stays.
    func changed(_ job: Job, zone: String) -> JobDraft {
        var draft = JobDraft(job)
        self.apply(to: &draft, zone: zone)
        return draft
    }

    private func apply(to draft: inout JobDraft, zone: String) {
        draft.labels.merge(self.told) { $1 }
        if let end { draft.labels[Self.end] = end }
        if let interval { draft.schedule = .every(milliseconds: interval * 1000) }
        var limits = draft.limits ?? LimitsDraft(timeZone: zone)
        if let lastInstant { limits.notAfter = lastInstant(limits.timeZone) }
        if let hours {
            // 24 h without a gap need no window.
            let isWhole = hours == [0, 24]
            limits.window = isWhole ? nil : .init(from: Self.clock(hours[0]), to: Self.clock(hours[1]))
        }
        draft.limits = limits == LimitsDraft(timeZone: limits.timeZone) ? nil : limits
        self.tell(&draft)
    }

    /// Hands over what the task is told: a script finds variables, a request without a body gets it as one.
    private func tell(_ draft: inout JobDraft) {
        let told = draft.labels.filter { Self.parameters.contains($0.key) }
        switch draft.payload {
        case .shell(var shell):
            for (name, value) in told { shell.environment[name.uppercased()] = value }
            draft.payload = .shell(shell)
        case .http(var http):
            let isOurs = http.body == nil || http.headers["X-Task-Type"] != nil
            guard ["POST", "PUT", "PATCH"].contains(http.method), isOurs else { return }
            http.headers["Content-Type"] = "application/json"
            http.headers["X-Task-Type"] = "s4"
            http.body = JSONWriter.text(told.json)
            draft.payload = .http(http)
        // They are told nothing: what they do stands in the task alone.
        case .plugin, .sql, .builtin, .container: break
        }
    }

    private static func clock(_ hour: Int64) -> String { (hour < 10 ? "0" : "") + "\(hour):00" }

    /// The last instant that a date or a time allows; nil for what is neither.
    private static func last(_ text: String) -> (@Sendable (String) -> Timestamp?)? {
        if let instant = Timestamp(rfc3339: text) { return { _ in instant } }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard text.utf8.count == 10, parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            (1970...2199).contains(year), (1...12).contains(month),
            (1...CivilDate.daysInMonth(year: year, month: month)).contains(day)
        else { return nil }
        let next = CivilDate.fromDays(CivilDate.days(year: year, month: month, day: day) + 1)
        // The day counts as a whole: it ends where the next one begins on the clocks of the zone.
        let midnight = "0 0 0 \(next.day) \(next.month) * \(next.year)"
        return { zone in
            let spec = ScheduleSpec.cron(expression: midnight, timeZone: zone, dst: .debian)
            let uid = JobUID("00000000-0000-0000-0000-000000000000")
            return uid.flatMap { try? CompiledSchedule(spec, job: $0) }?.next(after: .distantPast)?
                .advanced(byMilliseconds: -1)
        }
    }
}
