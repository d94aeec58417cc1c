// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The bytes of an event in the log: small, because every report pays for them.
///
/// Numbers are little-endian in seven bits per byte, signed ones zigzag; text has its length before it. The format's
/// number is stored beside the bytes. What can't be read is an unknown event, never an end of the process.
package enum EventCoding {
    package static let format: Int64 = 1
    /// Executions in one row; a transaction with more writes several.
    package static let executionsPerRow = 500

    /// What a row is about; stored, so never renumbered.
    private enum Topic: Int64 {
        case executions = 1
        case agentCame = 2
        case agentWent = 3
        case serverStarted = 4
        case runSettled = 20
        case person = 30
        case job = 31
    }

    /// The number that rows about settled runs are found by.
    package static let settledTopic = Topic.runSettled.rawValue

    package static func encode(_ event: DurableEvent) -> (topic: Int64, body: [UInt8]) {
        var writer = EventWriter()
        switch event {
        case .executions(let executions):
            writer.unsigned(UInt64(executions.count))
            for execution in executions { writer.execution(execution) }
            return (Topic.executions.rawValue, writer.bytes)
        case .agentCame(let agent):
            writer.text(agent.rawValue)
            return (Topic.agentCame.rawValue, writer.bytes)
        case .agentWent(let agent):
            writer.text(agent.rawValue)
            return (Topic.agentWent.rawValue, writer.bytes)
        case .serverStarted: return (Topic.serverStarted.rawValue, [])
        case .runSettled(let run):
            writer.settled(run)
            return (Topic.runSettled.rawValue, writer.bytes)
        case .person(let event):
            writer.person(event)
            return (Topic.person.rawValue, writer.bytes)
        case .job(let event):
            writer.job(event)
            return (Topic.job.rawValue, writer.bytes)
        }
    }

    /// - Returns: nil for what this version can't read.
    package static func decode(topic: Int64, format: Int64, body: [UInt8]) -> DurableEvent? {
        guard format == Self.format, let topic = Topic(rawValue: topic) else { return nil }
        var reader = EventReader(bytes: body[...])
        switch topic {
        case .executions:
            // Each has 40 bytes at least, so the count can't make this large by itself.
            guard let count = reader.unsigned(), count <= UInt64(body.count / 40) else { return nil }
            var executions: [ExecutionEvent] = []
            executions.reserveCapacity(Int(count))
            for _ in 0..<count {
                guard let execution = reader.execution() else { return nil }
                executions.append(execution)
            }
            return .executions(executions)
        case .agentCame: return reader.agent().map { .agentCame($0) }
        case .agentWent: return reader.agent().map { .agentWent($0) }
        case .serverStarted: return .serverStarted
        case .runSettled: return reader.settled().map { .runSettled($0) }
        case .person: return reader.person().map { .person($0) }
        case .job: return reader.job().map { .job($0) }
        }
    }
}

/// Bits of an execution's flags.
private enum Flag {
    static let provisional: UInt8 = 1
    static let correction: UInt8 = 2
    static let exitCode: UInt8 = 4
    static let started: UInt8 = 8
    static let finished: UInt8 = 16
}

private struct EventWriter {
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
        if event.isProvisional { flags |= Flag.provisional }
        if event.isCorrection { flags |= Flag.correction }
        if event.exitCode != nil { flags |= Flag.exitCode }
        if event.startedAt != nil { flags |= Flag.started }
        if event.finishedAt != nil { flags |= Flag.finished }
        self.bytes.append(flags)
        if let code = event.exitCode { self.signed(Int64(code)) }
        // Near the nominal time, so few bytes say it.
        if let time = event.startedAt { self.signed(time.milliseconds(since: event.nominal)) }
        if let time = event.finishedAt { self.signed(time.milliseconds(since: event.nominal)) }
    }
}

extension EventWriter {
    fileprivate mutating func settled(_ run: SettledRun) {
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

private struct EventReader {
    var bytes: ArraySlice<UInt8>

    mutating func byte() -> UInt8? { self.bytes.popFirst() }

    mutating func unsigned() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = self.byte() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    mutating func signed() -> Int64? {
        self.unsigned().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
        guard count <= UInt64(self.bytes.count) else { return nil }
        defer { self.bytes = self.bytes.dropFirst(Int(count)) }
        return self.bytes.prefix(Int(count))
    }

    mutating func text() -> String? {
        guard let count = self.unsigned(), let bytes = self.take(count) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func agent() -> AgentID? { self.text().flatMap { AgentID($0) } }

    mutating func execution() -> ExecutionEvent? {
        guard let id = self.take(16).flatMap({ ExecutionID(bytes: $0) }),
            let run = self.take(16).flatMap({ RunID(bytes: $0) }), let job = self.signed(), let agent = self.agent(),
            let kind = self.text().flatMap({ ExecutionKind(rawValue: $0) }),
            let status = self.byte().flatMap({ ExecutionStatus(rawValue: Int($0)) }), let reason = self.text(),
            let attempt = self.signed(), let flags = self.byte()
        else { return nil }
        var exitCode: Int?
        if flags & Flag.exitCode != 0 {
            guard let code = self.signed() else { return nil }
            exitCode = Int(code)
        }
        func time(_ flag: UInt8) -> Timestamp?? {
            guard flags & flag != 0 else { return .some(nil) }
            return self.signed().map { id.nominal.advanced(byMilliseconds: $0) }
        }
        guard let startedAt = time(Flag.started), let finishedAt = time(Flag.finished) else { return nil }
        return ExecutionEvent(
            id: id,
            runID: run,
            jobID: job,
            agentID: agent,
            kind: kind,
            status: status,
            reason: ExecutionReason(rawValue: reason),
            exitCode: exitCode,
            attempt: Int(attempt),
            isProvisional: flags & Flag.provisional != 0,
            isCorrection: flags & Flag.correction != 0,
            startedAt: startedAt,
            finishedAt: finishedAt
        )
    }
}

extension EventReader {
    fileprivate mutating func settled() -> SettledRun? {
        guard let id = self.take(16).flatMap({ RunID(bytes: $0) }),
            let root = self.take(16).flatMap({ RunID(bytes: $0) }),
            let job = self.signed(), let nominal = self.signed().map({ Timestamp(milliseconds: $0) })
        else { return nil }
        var times: [Timestamp] = []
        for _ in 0..<3 {
            guard let distance = self.signed() else { return nil }
            times.append(nominal.advanced(byMilliseconds: distance))
        }
        guard let kinds = self.unsigned(), kinds <= UInt64(ExecutionStatus.allCases.count) else { return nil }
        var counts: [ExecutionStatus: Int] = [:]
        for _ in 0..<kinds {
            guard let status = self.byte().flatMap({ ExecutionStatus(rawValue: Int($0)) }), let count = self.unsigned(),
                let number = Int(exactly: count)
            else { return nil }
            counts[status] = number
        }
        return SettledRun(
            id: id,
            root: root,
            job: job,
            nominal: nominal,
            rootNominal: times[0],
            endedAt: times[1],
            settledAt: times[2],
            tally: RunTally(counts: counts)
        )
    }
}

extension EventWriter {
    fileprivate mutating func person(_ event: PersonEvent) {
        for text in [event.kind.rawValue, event.id, event.username] { self.text(text) }
        // No task has the number 0.
        self.signed(event.job ?? 0)
        self.unsigned(UInt64(event.groups.count))
        for group in event.groups { self.signed(group) }
        self.text(event.text)
    }
}

extension EventReader {
    fileprivate mutating func person() -> PersonEvent? {
        guard let kind = self.text().flatMap({ PersonEvent.Kind(rawValue: $0) }), let id = self.text(),
            let username = self.text(), let job = self.signed(), let count = self.unsigned(),
            count <= UInt64(self.bytes.count)
        else { return nil }
        var groups: [GroupID] = []
        for _ in 0..<count {
            guard let group = self.signed() else { return nil }
            groups.append(group)
        }
        guard let text = self.text() else { return nil }
        return PersonEvent(
            kind,
            id: id,
            username: username,
            job: job == 0 ? nil : job,
            groups: groups,
            text: text
        )
    }
}

extension EventWriter {
    fileprivate mutating func job(_ event: JobEvent) {
        self.text(event.kind.rawValue)
        self.signed(event.job)
        self.signed(event.due.milliseconds)
        self.unsigned(UInt64(event.missing.count))
        for name in event.missing { self.text(name) }
    }
}

extension EventReader {
    fileprivate mutating func job() -> JobEvent? {
        guard let kind = self.text().flatMap({ JobEvent.Kind(rawValue: $0) }), let job = self.signed(),
            let due = self.signed(), let count = self.unsigned(), count <= UInt64(self.bytes.count)
        else { return nil }
        var missing: [String] = []
        for _ in 0..<count {
            guard let name = self.text() else { return nil }
            missing.append(name)
        }
        return JobEvent(kind, job: job, due: Timestamp(milliseconds: due), missing: missing)
    }
}
