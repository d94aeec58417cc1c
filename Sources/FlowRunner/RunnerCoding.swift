// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Frames on the socket between agent and runner: four bytes of length, one of type, then the fields.
///
/// Both ends come from one build: the agent names the version at the runner's start, and a runner of another refuses.
package enum RunnerCoding {
    package static let version = 2
    package static let frameLimit = 4 << 20

    package static func append(_ request: RunnerRequest, to writer: inout ByteWriter) {
        self.frame(&writer) { writer in
            switch request {
            case .spawn(let spawn):
                writer.write(UInt8(1))
                writer.write(spawn.token)
                writer.write(counted: spawn.execution)
                writer.write(spawn.timeoutMilliseconds)
                writer.write(UInt8(spawn.leavesProcesses ? 1 : 0))
                writer.write(counted: spawn.program)
                writer.write(counted: spawn.directory)
                for list in [spawn.arguments, spawn.environment] {
                    writer.write(UInt32(truncatingIfNeeded: list.count))
                    for text in list { writer.write(counted: text) }
                }
            case .cancel(let token, let force):
                writer.write(UInt8(2))
                writer.write(token)
                writer.write(UInt8(force ? 1 : 0))
            case .stop(let grace):
                writer.write(UInt8(3))
                writer.write(UInt64(0))
                writer.write(grace)
            }
        }
    }

    package static func append(_ notice: RunnerNotice, to writer: inout ByteWriter) {
        self.frame(&writer) { writer in
            switch notice {
            case .started(let token, let at):
                writer.write(UInt8(1))
                writer.write(token)
                writer.write(at)
            case .failed(let token, let error, let step, let at):
                writer.write(UInt8(2))
                writer.write(token)
                writer.write(error)
                writer.write(step.rawValue)
                writer.write(at)
            case .output(let token, let stream, let bytes):
                writer.write(UInt8(3))
                writer.write(token)
                writer.write(stream.rawValue)
                writer.write(counted: bytes)
            case .ended(let token, let end):
                writer.write(UInt8(4))
                writer.write(token)
                self.write(end, to: &writer)
            case .stuck(let token, let label, let cause):
                writer.write(UInt8(5))
                writer.write(token)
                self.write(label, to: &writer)
                writer.write(cause.rawValue)
            }
        }
    }

    private static func frame(_ writer: inout ByteWriter, _ body: (inout ByteWriter) -> Void) {
        let start = writer.bytes.count
        writer.write(UInt32(0))
        body(&writer)
        writer.patch(UInt32(truncatingIfNeeded: writer.bytes.count - start - 4), at: start)
    }

    private static func write(_ end: TreeEnd, to writer: inout ByteWriter) {
        writer.write(end.cause.rawValue)
        writer.write(end.status)
        writer.write(UInt8(end.isSignal ? 1 : 0))
        writer.write(end.at)
        writer.write(end.leftBehindCount)
        writer.write(UInt32(truncatingIfNeeded: end.leftBehind.count))
        for label in end.leftBehind { self.write(label, to: &writer) }
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
        case 1:
            guard let execution = reader.readText(), let timeout = reader.read(UInt32.self),
                let leaves = reader.read(UInt8.self), let program = reader.readText(),
                let directory = reader.readText(), let arguments = self.list(&reader),
                let environment = self.list(&reader)
            else { return nil }
            return .spawn(
                SpawnRequest(
                    token: token,
                    execution: execution,
                    timeoutMilliseconds: timeout,
                    leavesProcesses: leaves == 1,
                    program: program,
                    directory: directory,
                    arguments: arguments,
                    environment: environment
                )
            )
        case 2: return reader.read(UInt8.self).map { .cancel(token: token, force: $0 == 1) }
        case 3: return reader.read(UInt32.self).map { .stop(graceMilliseconds: $0) }
        default: return nil
        }
    }

    package static func notice(_ frame: ArraySlice<UInt8>) -> RunnerNotice? {
        var reader = ByteReader(frame)
        guard let type = reader.read(UInt8.self), let token = reader.read(UInt64.self) else { return nil }
        switch type {
        case 1: return reader.read(Int64.self).map { .started(token: token, at: $0) }
        case 2:
            guard let error = reader.read(Int32.self), let step = reader.read(UInt8.self).flatMap(SpawnStep.init),
                let at = reader.read(Int64.self)
            else { return nil }
            return .failed(token: token, error: error, step: step, at: at)
        case 3:
            guard let stream = reader.read(UInt8.self).flatMap(RunnerStream.init), let bytes = reader.readCounted()
            else { return nil }
            return .output(token: token, stream: stream, bytes: bytes)
        case 4: return self.end(&reader).map { .ended(token: token, $0) }
        case 5:
            guard let label = self.label(&reader), let cause = reader.read(UInt8.self).flatMap(EndCause.init) else {
                return nil
            }
            return .stuck(token: token, label, cause: cause)
        default: return nil
        }
    }

    private static func end(_ reader: inout ByteReader) -> TreeEnd? {
        guard let cause = reader.read(UInt8.self).flatMap(EndCause.init), let status = reader.read(Int32.self),
            let isSignal = reader.read(UInt8.self), let at = reader.read(Int64.self),
            let total = reader.read(UInt32.self), let count = reader.read(UInt32.self), Int(count) <= reader.remaining
        else { return nil }
        var labels: [ProcessLabel] = []
        for _ in 0..<count {
            guard let label = self.label(&reader) else { return nil }
            labels.append(label)
        }
        return TreeEnd(
            cause: cause,
            status: status,
            isSignal: isSignal == 1,
            leftBehind: labels,
            leftBehindCount: total,
            at: at
        )
    }

    private static func label(_ reader: inout ByteReader) -> ProcessLabel? {
        guard let pid = reader.read(Int32.self), let user = reader.read(UInt32.self), let name = reader.readText()
        else { return nil }
        return ProcessLabel(pid: pid, user: user, name: name)
    }

    private static func list(_ reader: inout ByteReader) -> [String]? {
        guard let count = reader.read(UInt32.self), Int(count) <= reader.remaining else { return nil }
        var texts: [String] = []
        for _ in 0..<count {
            guard let text = reader.readText() else { return nil }
            texts.append(text)
        }
        return texts
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
