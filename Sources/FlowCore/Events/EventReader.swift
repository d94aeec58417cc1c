// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Takes the parts of an event from the bytes of its row; nil where they end or are none.
struct EventReader {
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
        if flags & ExecutionEventFlag.exitCode != 0 {
            guard let code = self.signed() else { return nil }
            exitCode = Int(code)
        }
        func time(_ flag: UInt8) -> Timestamp?? {
            guard flags & flag != 0 else { return .some(nil) }
            return self.signed().map { id.nominal.advanced(byMilliseconds: $0) }
        }
        guard let startedAt = time(ExecutionEventFlag.started), let finishedAt = time(ExecutionEventFlag.finished)
        else { return nil }
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
            isProvisional: flags & ExecutionEventFlag.provisional != 0,
            isCorrection: flags & ExecutionEventFlag.correction != 0,
            startedAt: startedAt,
            finishedAt: finishedAt
        )
    }
}

extension EventReader {
    mutating func settled() -> SettledRun? {
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

extension EventReader {
    mutating func person() -> PersonEvent? {
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

extension EventReader {
    mutating func job() -> JobEvent? {
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

extension EventReader {
    mutating func workflow() -> WorkflowNews? {
        guard let kind = self.text().flatMap({ WorkflowNews.Kind(rawValue: $0) }), let workflow = self.signed(),
            let run = self.take(16).flatMap({ RunID(bytes: $0) }), let name = self.text(),
            let groups = self.list({ $0.signed() }),
            let labels = self.list({ reader in reader.text().flatMap { name in reader.text().map { (name, $0) } } }),
            let steps = self.list({ $0.text() }), let halt = self.text()
        else { return nil }
        return WorkflowNews(
            kind,
            workflow: workflow,
            run: run,
            name: name,
            groups: groups,
            labels: Dictionary(labels) { first, _ in first },
            steps: steps,
            halt: FlowHalt(rawValue: halt)
        )
    }

    /// A count and so many elements, each of one byte at least.
    private mutating func list<Element>(_ element: (inout EventReader) -> Element?) -> [Element]? {
        guard let count = self.unsigned(), count <= UInt64(self.bytes.count) else { return nil }
        var elements: [Element] = []
        for _ in 0..<count {
            guard let next = element(&self) else { return nil }
            elements.append(next)
        }
        return elements
    }
}
