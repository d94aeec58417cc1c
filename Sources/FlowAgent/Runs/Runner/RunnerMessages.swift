// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A process the agent wants from its runner.
struct SpawnRequest: Hashable, Sendable {
    /// Names the attempt between agent and runner; never used twice in one runner's life.
    var token: UInt64
    /// The value of `QF_EXECUTION_ID`, by which strayed descendants are recognised.
    var execution: String
    /// 0 = none.
    var timeoutMilliseconds: UInt32
    var program: String
    var directory: String
    var arguments: [String]
    /// `NAME=value` entries: all the child gets.
    var environment: [String]
}

/// From the agent to the runner.
enum RunnerRequest: Hashable, Sendable {
    case spawn(SpawnRequest)
    case cancel(token: UInt64, force: Bool)
}

/// Why the runner ended a process tree.
enum EndCause: UInt8, Sendable {
    /// The program ended by itself.
    case own = 0
    case timeout = 1
    case cancelled = 2
}

/// From the runner to the agent.
///
/// Times are the boot clock's microseconds.
enum RunnerNotice: Hashable, Sendable {
    case started(token: UInt64, at: Int64)
    /// Nothing runs; the errno of the failed start.
    case failed(token: UInt64, error: Int32, at: Int64)
    case output(token: UInt64, stream: OutputStream, bytes: [UInt8])
    /// No process of the tree is left, and all output was sent. `status` is the exit status, or the signal's number.
    case ended(token: UInt64, cause: EndCause, status: Int32, isSignal: Bool, at: Int64)
}

/// Frames on the socket between agent and runner: four bytes of length, one of type, then the fields.
///
/// Both ends are the same binary, so there are no versions.
enum RunnerCoding {
    static let frameLimit = 4 << 20

    static func append(_ request: RunnerRequest, to writer: inout ByteWriter) {
        self.frame(&writer) { writer in
            switch request {
            case .spawn(let spawn):
                writer.write(UInt8(1))
                writer.write(spawn.token)
                writer.write(counted: spawn.execution)
                writer.write(spawn.timeoutMilliseconds)
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
            }
        }
    }

    static func append(_ notice: RunnerNotice, to writer: inout ByteWriter) {
        self.frame(&writer) { writer in
            switch notice {
            case .started(let token, let at):
                writer.write(UInt8(1))
                writer.write(token)
                writer.write(at)
            case .failed(let token, let error, let at):
                writer.write(UInt8(2))
                writer.write(token)
                writer.write(error)
                writer.write(at)
            case .output(let token, let stream, let bytes):
                writer.write(UInt8(3))
                writer.write(token)
                writer.write(UInt8(stream == .standardOutput ? 0 : 1))
                writer.write(counted: bytes)
            case .ended(let token, let cause, let status, let isSignal, let at):
                writer.write(UInt8(4))
                writer.write(token)
                writer.write(cause.rawValue)
                writer.write(status)
                writer.write(UInt8(isSignal ? 1 : 0))
                writer.write(at)
            }
        }
    }

    private static func frame(_ writer: inout ByteWriter, _ body: (inout ByteWriter) -> Void) {
        let start = writer.bytes.count
        writer.write(UInt32(0))
        body(&writer)
        writer.patch(UInt32(truncatingIfNeeded: writer.bytes.count - start - 4), at: start)
    }

    static func request(_ frame: ArraySlice<UInt8>) -> RunnerRequest? {
        var reader = ByteReader(frame)
        guard let type = reader.read(UInt8.self), let token = reader.read(UInt64.self) else { return nil }
        switch type {
        case 1:
            guard let execution = reader.readText(), let timeout = reader.read(UInt32.self),
                let program = reader.readText(), let directory = reader.readText(),
                let arguments = self.list(&reader), let environment = self.list(&reader)
            else { return nil }
            return .spawn(
                SpawnRequest(
                    token: token,
                    execution: execution,
                    timeoutMilliseconds: timeout,
                    program: program,
                    directory: directory,
                    arguments: arguments,
                    environment: environment
                )
            )
        case 2: return reader.read(UInt8.self).map { .cancel(token: token, force: $0 == 1) }
        default: return nil
        }
    }

    static func notice(_ frame: ArraySlice<UInt8>) -> RunnerNotice? {
        var reader = ByteReader(frame)
        guard let type = reader.read(UInt8.self), let token = reader.read(UInt64.self) else { return nil }
        switch type {
        case 1: return reader.read(Int64.self).map { .started(token: token, at: $0) }
        case 2:
            guard let error = reader.read(Int32.self), let at = reader.read(Int64.self) else { return nil }
            return .failed(token: token, error: error, at: at)
        case 3:
            guard let stream = reader.read(UInt8.self), let bytes = reader.readCounted() else { return nil }
            return .output(token: token, stream: stream == 0 ? .standardOutput : .standardError, bytes: bytes)
        case 4:
            guard let cause = reader.read(UInt8.self).flatMap(EndCause.init(rawValue:)),
                let status = reader.read(Int32.self), let isSignal = reader.read(UInt8.self),
                let at = reader.read(Int64.self)
            else { return nil }
            return .ended(token: token, cause: cause, status: status, isSignal: isSignal == 1, at: at)
        default: return nil
        }
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
struct RunnerFrameBuffer {
    private var bytes: [UInt8] = []
    private var start = 0

    mutating func append(_ content: some Sequence<UInt8>) {
        if self.start > 0 {
            self.bytes.removeFirst(self.start)
            self.start = 0
        }
        self.bytes.append(contentsOf: content)
    }

    /// - Returns: the next frame, nil when it has not arrived in full.
    /// - Throws: when the length is beyond the limit: the peer is not what it should be.
    mutating func next() throws -> ArraySlice<UInt8>? {
        guard self.bytes.count - self.start >= 4 else { return nil }
        let length = (0..<4).reduce(0) { $0 | Int(self.bytes[self.start + $1]) << (8 * $1) }
        guard length <= RunnerCoding.frameLimit else {
            throw CoreError(.internal, "a frame of \(length) bytes on the runner's socket")
        }
        guard self.bytes.count - self.start - 4 >= length else { return nil }
        let begin = self.start + 4
        self.start = begin + length
        return self.bytes[begin..<self.start]
    }
}
