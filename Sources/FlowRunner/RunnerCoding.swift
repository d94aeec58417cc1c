// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Frames on the socket between agent and runner: four bytes of length, one of type, then the fields.
///
/// A runner may be older than its agent, because it lives as long as its jobs: the hello says the agent's version, the
/// answer the runner's, and both speak the lower one. So what a version has once meant is never changed.
package enum RunnerCoding {
    package static let version: UInt32 = 5
    /// The oldest version an agent can take over from.
    package static let oldestVersion: UInt32 = 3
    /// From here on a runner knows leases.
    package static let leaseVersion: UInt32 = 4
    /// From here on a runner takes other limits while it works.
    package static let limitsVersion: UInt32 = 5
    package static let frameLimit = 8 << 20
    /// In the byte that said once only whether a signal ended the program.
    private static let signalFlag: UInt8 = 1
    private static let starvedFlag: UInt8 = 2

    package static func append(_ request: RunnerRequest, to writer: inout ByteWriter) {
        self.frame(&writer) { writer in
            switch request {
            case .spawn(let spawn): self.write(spawn, to: &writer)
            case .cancel(let token, let force):
                self.begin(2, token, &writer)
                writer.write(UInt8(force ? 1 : 0))
            case .stop(let grace):
                self.begin(3, 0, &writer)
                writer.write(grace)
            case .hello(let version, let limits):
                self.begin(4, 0, &writer)
                writer.write(version)
                writer.write(limits.headBytes)
                writer.write(limits.tailBytes)
                writer.write(limits.diskBytes)
            case .adopt(let token): self.begin(5, token, &writer)
            case .discard(let token): self.begin(6, token, &writer)
            case .forget(let token): self.begin(7, token, &writer)
            case .lease(let token, let milliseconds):
                self.begin(8, token, &writer)
                writer.write(milliseconds)
            }
        }
    }

    package static func append(_ notice: RunnerNotice, to writer: inout ByteWriter) {
        self.frame(&writer) { writer in
            switch notice {
            case .started(let token, let at):
                self.begin(1, token, &writer)
                writer.write(at)
            case .output(let token, let stream, let bytes):
                self.begin(3, token, &writer)
                writer.write(stream.rawValue)
                writer.write(counted: bytes)
            case .stuck(let token, let label, let cause):
                self.begin(5, token, &writer)
                self.write(label, to: &writer)
                writer.write(cause.rawValue)
            case .finished(let token, let outcome):
                self.begin(6, token, &writer)
                self.write(outcome, to: &writer)
            case .skipped(let token, let bytes):
                self.begin(7, token, &writer)
                writer.write(bytes)
            case .holding(let token, let execution, let attempt):
                self.begin(8, token, &writer)
                writer.write(counted: execution)
                writer.write(attempt)
            case .ready(let version, let pid, let highest):
                self.begin(9, highest, &writer)
                writer.write(version)
                writer.write(pid)
            }
        }
    }

    private static func begin(_ type: UInt8, _ token: UInt64, _ writer: inout ByteWriter) {
        writer.write(type)
        writer.write(token)
    }

    private static func frame(_ writer: inout ByteWriter, _ body: (inout ByteWriter) -> Void) {
        let start = writer.bytes.count
        writer.write(UInt32(0))
        body(&writer)
        writer.patch(UInt32(truncatingIfNeeded: writer.bytes.count - start - 4), at: start)
    }

    private static func write(_ spawn: SpawnRequest, to writer: inout ByteWriter) {
        self.begin(1, spawn.token, &writer)
        writer.write(counted: spawn.execution)
        writer.write(spawn.attempt)
        writer.write(spawn.timeoutMilliseconds)
        writer.write(UInt8(spawn.leavesProcesses ? 1 : 0))
        writer.write(spawn.mask ?? .max)
        writer.write(spawn.niceness ?? .max)
        writer.write(counted: spawn.program)
        writer.write(counted: spawn.directory)
        for list in [spawn.arguments, spawn.environment] {
            writer.write(UInt32(truncatingIfNeeded: list.count))
            for text in list { writer.write(counted: text) }
        }
        writer.write(UInt32(truncatingIfNeeded: spawn.masked.count))
        for form in spawn.masked { writer.write(counted: form) }
        // Runners of before read up to here. What cannot be kept they are not asked for: what is new goes to one of this version.
        writer.write(spawn.limits.memoryBytes ?? .max)
        writer.write(spawn.limits.cpuPercent ?? .max)
        writer.write(spawn.limits.processes ?? .max)
        writer.write(counted: spawn.unit ?? "")
    }

    package static func write(_ outcome: RunnerOutcome, to writer: inout ByteWriter) {
        switch outcome {
        case .failed(let error, let step, let at):
            writer.write(UInt8(0))
            writer.write(error)
            writer.write(step.rawValue)
            writer.write(at)
        case .ended(let end):
            writer.write(UInt8(1))
            writer.write(end.cause.rawValue)
            writer.write(end.status)
            writer.write(UInt8((end.isSignal ? Self.signalFlag : 0) | (end.isStarved ? Self.starvedFlag : 0)))
            for time in [end.terminatedAt, end.killedAt, end.at] { writer.write(time) }
            writer.write(end.leftBehindCount)
            writer.write(UInt32(truncatingIfNeeded: end.leftBehind.count))
            for label in end.leftBehind { self.write(label, to: &writer) }
        }
    }

    private static func write(_ label: ProcessLabel, to writer: inout ByteWriter) {
        writer.write(label.pid)
        writer.write(label.user)
        writer.write(counted: label.name)
    }

    package static func request(_ frame: ArraySlice<UInt8>) -> RunnerRequest? {
        var reader = ByteReader(frame)
        guard let type = reader.read(UInt8.self), let token = reader.read(UInt64.self) else { return nil }
        switch type {
        case 1: return self.spawn(token, &reader).map { .spawn($0) }
        case 2: return reader.read(UInt8.self).map { .cancel(token: token, force: $0 == 1) }
        case 3: return reader.read(UInt32.self).map { .stop(graceMilliseconds: $0) }
        case 4:
            guard let version = reader.read(UInt32.self), let head = reader.read(UInt32.self),
                let tail = reader.read(UInt32.self), let disk = reader.read(UInt64.self)
            else { return nil }
            let limits = RunnerLimits(headBytes: head, tailBytes: tail, diskBytes: disk)
            return .hello(version: version, limits)
        case 5: return .adopt(token: token)
        case 6: return .discard(token: token)
        case 7: return .forget(token: token)
        case 8: return reader.read(UInt32.self).map { .lease(token: token, milliseconds: $0) }
        default: return nil
        }
    }

    private static func spawn(_ token: UInt64, _ reader: inout ByteReader) -> SpawnRequest? {
        guard let execution = reader.readText(), let attempt = reader.read(UInt32.self),
            let timeout = reader.read(UInt32.self), let leaves = reader.read(UInt8.self),
            let mask = reader.read(UInt32.self), let niceness = reader.read(Int32.self),
            let program = reader.readText(), let directory = reader.readText(),
            let arguments = self.list(&reader, { $0.readText() }),
            let environment = self.list(&reader, { $0.readText() }),
            let masked = self.list(&reader, { $0.readCounted() })
        else { return nil }
        let memory = reader.read(UInt64.self) ?? .max
        let cpu = reader.read(UInt32.self) ?? .max
        let processes = reader.read(UInt32.self) ?? .max
        let unit = reader.readText() ?? ""
        return SpawnRequest(
            token: token,
            execution: execution,
            attempt: attempt,
            timeoutMilliseconds: timeout,
            leavesProcesses: leaves == 1,
            mask: mask == .max ? nil : mask,
            niceness: niceness == .max ? nil : niceness,
            program: program,
            directory: directory,
            arguments: arguments,
            environment: environment,
            masked: masked,
            limits: GroupLimits(
                memoryBytes: memory == .max ? nil : memory,
                cpuPercent: cpu == .max ? nil : cpu,
                processes: processes == .max ? nil : processes
            ),
            unit: unit.isEmpty ? nil : unit
        )
    }

    package static func notice(_ frame: ArraySlice<UInt8>) -> RunnerNotice? {
        var reader = ByteReader(frame)
        guard let type = reader.read(UInt8.self), let token = reader.read(UInt64.self) else { return nil }
        switch type {
        case 1: return reader.read(Int64.self).map { .started(token: token, at: $0) }
        case 3:
            guard let stream = reader.read(UInt8.self).flatMap(RunnerStream.init), let bytes = reader.readCounted()
            else { return nil }
            return .output(token: token, stream: stream, bytes: bytes)
        case 5:
            guard let label = self.label(&reader), let cause = reader.read(UInt8.self).flatMap(EndCause.init) else {
                return nil
            }
            return .stuck(token: token, label, cause: cause)
        case 6: return self.outcome(&reader).map { .finished(token: token, $0) }
        case 7: return reader.read(UInt64.self).map { .skipped(token: token, bytes: $0) }
        case 8:
            guard let execution = reader.readText(), let attempt = reader.read(UInt32.self) else { return nil }
            return .holding(token: token, execution: execution, attempt: attempt)
        case 9:
            guard let version = reader.read(UInt32.self), let pid = reader.read(Int32.self) else { return nil }
            return .ready(version: version, pid: pid, highestToken: token)
        default: return nil
        }
    }

    package static func outcome(_ reader: inout ByteReader) -> RunnerOutcome? {
        switch reader.read(UInt8.self) {
        case 0:
            guard let error = reader.read(Int32.self), let step = reader.read(UInt8.self).flatMap(SpawnStep.init),
                let at = reader.read(Int64.self)
            else { return nil }
            return .failed(error: error, step: step, at: at)
        case 1:
            guard let cause = reader.read(UInt8.self).flatMap(EndCause.init), let status = reader.read(Int32.self),
                let isSignal = reader.read(UInt8.self), let terminated = reader.read(Int64.self),
                let killed = reader.read(Int64.self), let at = reader.read(Int64.self),
                let total = reader.read(UInt32.self), let labels = self.list(&reader, { self.label(&$0) })
            else { return nil }
            return .ended(
                TreeEnd(
                    cause: cause,
                    status: status,
                    isSignal: isSignal & self.signalFlag != 0,
                    isStarved: isSignal & self.starvedFlag != 0,
                    leftBehind: labels,
                    leftBehindCount: total,
                    terminatedAt: terminated,
                    killedAt: killed,
                    at: at
                )
            )
        default: return nil
        }
    }

    private static func label(_ reader: inout ByteReader) -> ProcessLabel? {
        guard let pid = reader.read(Int32.self), let user = reader.read(UInt32.self), let name = reader.readText()
        else { return nil }
        return ProcessLabel(pid: pid, user: user, name: name)
    }

    private static func list<Element>(
        _ reader: inout ByteReader,
        _ element: (inout ByteReader) -> Element?
    ) -> [Element]? {
        guard let count = reader.read(UInt32.self), Int(count) <= reader.remaining else { return nil }
        var elements: [Element] = []
        for _ in 0..<count {
            guard let next = element(&reader) else { return nil }
            elements.append(next)
        }
        return elements
    }
}

/// Cuts a byte stream into frames.
package struct RunnerFrameBuffer {
    private var bytes: [UInt8] = []
    private var start = 0

    package init() {}

    package mutating func append(_ content: some Sequence<UInt8>) {
        if self.start > 0 {
            self.bytes.removeFirst(self.start)
            self.start = 0
        }
        self.bytes.append(contentsOf: content)
    }

    /// - Returns: the next frame, nil when it has not arrived in full.
    /// - Throws: when the length is beyond the limit: the peer is not what it should be.
    package mutating func next() throws(RunnerError) -> ArraySlice<UInt8>? {
        guard self.bytes.count - self.start >= 4 else { return nil }
        var length = 0
        for index in 0..<4 { length |= Int(self.bytes[self.start + index]) << (8 * index) }
        guard length <= RunnerCoding.frameLimit else {
            throw RunnerError("a frame of \(length) bytes on the runner's socket")
        }
        guard self.bytes.count - self.start - 4 >= length else { return nil }
        let begin = self.start + 4
        self.start = begin + length
        return self.bytes[begin..<self.start]
    }
}

/// What keeps a runner from working, in words.
package struct RunnerError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
