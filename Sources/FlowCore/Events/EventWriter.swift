// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Bits of an execution's flags.
enum ExecutionEventFlag {
    static let provisional: UInt8 = 1
    static let correction: UInt8 = 2
    static let exitCode: UInt8 = 4
    static let started: UInt8 = 8
    static let finished: UInt8 = 16
}

/// Appends the parts of an event to the bytes of its row.
struct EventWriter {
    private(set) var bytes: [UInt8] = []

    mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.bytes.append(UInt8(rest))
    }

    mutating func signed(_ value: Int64) { self.unsigned(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    mutating func text(_ text: String) {
        self.unsigned(UInt64(text.utf8.count))
        self.bytes.append(contentsOf: text.utf8)
    }

    mutating func execution(_ event: ExecutionEvent) {
        self.bytes.append(contentsOf: event.id.bytes)
        self.bytes.append(contentsOf: event.runID.bytes)
        self.signed(event.jobID)
        self.text(event.agentID.rawValue)
        self.text(event.kind.rawValue)
        self.bytes.append(UInt8(event.status.rawValue))
        self.text(event.reason?.rawValue ?? "")
        self.signed(Int64(event.attempt))
        var flags: UInt8 = 0
        if event.isProvisional { flags |= ExecutionEventFlag.provisional }
        if event.isCorrection { flags |= ExecutionEventFlag.correction }
        if event.exitCode != nil { flags |= ExecutionEventFlag.exitCode }
        if event.startedAt != nil { flags |= ExecutionEventFlag.started }
        if event.finishedAt != nil { flags |= ExecutionEventFlag.finished }
        self.bytes.append(flags)
        if let code = event.exitCode { self.signed(Int64(code)) }
        // Near the nominal time, so few bytes say it.
        if let time = event.startedAt { self.signed(time.milliseconds(since: event.nominal)) }
        if let time = event.finishedAt { self.signed(time.milliseconds(since: event.nominal)) }
    }
}

extension EventWriter {
    mutating func settled(_ run: SettledRun) {
        self.bytes.append(contentsOf: run.id.bytes)
        self.bytes.append(contentsOf: run.root.bytes)
        self.signed(run.job)
        // Near the nominal time, so few bytes say them.
        self.signed(run.nominal.milliseconds)
        for time in [run.rootNominal, run.endedAt, run.settledAt] {
            self.signed(time.milliseconds(since: run.nominal))
        }
        let counts = run.tally.counts.filter { $0.value > 0 }.sorted { $0.key.rawValue < $1.key.rawValue }
        self.unsigned(UInt64(counts.count))
        for (status, count) in counts {
            self.bytes.append(UInt8(status.rawValue))
            self.unsigned(UInt64(count))
        }
    }
}

extension EventWriter {
    mutating func person(_ event: PersonEvent) {
        for text in [event.kind.rawValue, event.id, event.username] { self.text(text) }
        // No task has the number 0.
        self.signed(event.job ?? 0)
        self.unsigned(UInt64(event.groups.count))
        for group in event.groups { self.signed(group) }
        self.text(event.text)
    }
}

extension EventWriter {
    mutating func job(_ event: JobEvent) {
        self.text(event.kind.rawValue)
        self.signed(event.job)
        self.signed(event.due.milliseconds)
        self.unsigned(UInt64(event.missing.count))
        for name in event.missing { self.text(name) }
    }
}

extension EventWriter {
    mutating func workflow(_ news: WorkflowNews) {
        self.text(news.kind.rawValue)
        self.signed(news.workflow)
        self.bytes.append(contentsOf: news.run.bytes)
        self.text(news.name)
        self.unsigned(UInt64(news.groups.count))
        for group in news.groups { self.signed(group) }
        let labels = news.labels.sorted { $0.key < $1.key }
        self.unsigned(UInt64(labels.count))
        for (name, value) in labels {
            self.text(name)
            self.text(value)
        }
        self.unsigned(UInt64(news.steps.count))
        for step in news.steps { self.text(step) }
        self.text(news.halt?.rawValue ?? "")
    }
}
