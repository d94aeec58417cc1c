// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowRunner
import Glibc

/// The connection to one runner; used by the keeper's thread only.
final class RunnerLink {
    /// What a runner has from an earlier agent.
    struct Held {
        let token: UInt64
        let execution: String
        let attempt: UInt32
    }

    let number: Int
    let directory: RunnerDirectory
    let pid: pid_t
    let held: [Held]
    let highestToken: UInt64
    /// The version it speaks.
    let version: UInt32
    /// It only goes on with what it has; a newer one takes what is new.
    var isRetired = false
    private(set) var socket: Int32
    private var input: RunnerFrameBuffer
    private var output: [UInt8] = []
    private var sent = 0
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)
    /// How long a runner may take to say what it has.
    private static let patience = 10

    /// Connects, and hears what the runner has.
    ///
    /// - Returns: nil when nobody answers there (any more).
    /// - Throws: `CoreError` when it is one of a version that this program does not speak.
    static func open(_ directory: RunnerDirectory, number: Int, limits: RunnerLimits) throws -> RunnerLink? {
        let descriptor = directory.open()
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var socket: Int32 = -1
        guard flow_connect(descriptor, RunnerFiles.socket, &socket) == 0 else { return nil }
        var time = timeval(tv_sec: self.patience, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var hello = ByteWriter()
        RunnerCoding.append(.hello(version: RunnerCoding.version, limits), to: &hello)
        var input = RunnerFrameBuffer()
        var held: [Held] = []
        do {
            guard Glibc.send(socket, hello.bytes, hello.bytes.count, Int32(MSG_NOSIGNAL)) == hello.bytes.count else {
                Glibc.close(socket)
                return nil
            }
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                while let frame = try input.next() {
                    switch RunnerCoding.notice(frame) {
                    case .holding(let token, let execution, let attempt):
                        held.append(Held(token: token, execution: execution, attempt: attempt))
                    case .ready(let version, let pid, let highest):
                        guard version >= RunnerCoding.oldestVersion else {
                            throw CoreError(
                                .conflict,
                                "process \(pid) still runs jobs of a much older agent; end them, or start that agent again"
                            )
                        }
                        return RunnerLink(number, directory, pid, held, highest, version, socket, input)
                    default: throw RunnerError("an unknown notice")
                    }
                }
                let count = recv(socket, &buffer, buffer.count, 0)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    Glibc.close(socket)
                    return nil
                }
                input.append(buffer[..<count])
            }
        } catch {
            Glibc.close(socket)
            throw error
        }
    }

    private init(
        _ number: Int,
        _ directory: RunnerDirectory,
        _ pid: pid_t,
        _ held: [Held],
        _ highestToken: UInt64,
        _ version: UInt32,
        _ socket: Int32,
        _ input: RunnerFrameBuffer
    ) {
        self.number = number
        self.directory = directory
        self.pid = pid
        self.held = held
        self.highestToken = highestToken
        self.version = version
        self.socket = socket
        self.input = input
        _ = flow_set_nonblocking(socket)
    }

    var wantsToWrite: Bool { self.sent < self.output.count }

    func append(_ bytes: [UInt8]) {
        if self.sent == self.output.count {
            self.output = bytes
        } else {
            self.output.removeFirst(self.sent)
            self.output.append(contentsOf: bytes)
        }
        self.sent = 0
    }

    /// - Returns: false when the runner is gone.
    func send() -> Bool {
        while self.sent < self.output.count {
            let count = self.output.withUnsafeBytes { bytes in
                Glibc.send(self.socket, bytes.baseAddress! + self.sent, bytes.count - self.sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                self.sent += count
            } else if errno != EINTR {
                return errno == EAGAIN
            }
        }
        return true
    }

    /// - Returns: what has come; nil when the runner is gone, or speaks nonsense.
    func receive() -> [RunnerNotice]? {
        let count = recv(self.socket, &self.buffer, self.buffer.count, 0)
        if count < 0 { return errno == EAGAIN || errno == EINTR ? [] : nil }
        guard count > 0 else { return nil }
        self.input.append(self.buffer[..<count])
        var notices: [RunnerNotice] = []
        do {
            while let frame = try self.input.next() {
                guard let notice = RunnerCoding.notice(frame) else { return nil }
                notices.append(notice)
            }
        } catch {
            return nil
        }
        return notices
    }

    func close() {
        if self.socket >= 0 { Glibc.close(self.socket) }
        self.socket = -1
    }
}
