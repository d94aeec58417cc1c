// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowRunner
import Foundation
import Glibc
import Logging
import Synchronization

/// The thread of a ``ProcessRunner``: one runner after the other.
final class RunnerLink {
    private let owner: ProcessRunner
    private var ready: CheckedContinuation<Void, any Error>?
    private var socket: Int32 = -1
    private var pid: pid_t = 0
    private var input = RunnerFrameBuffer()
    private var output: [UInt8] = []
    private var sent = 0
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)

    init(owner: ProcessRunner, ready: CheckedContinuation<Void, any Error>) {
        self.owner = owner
        self.ready = ready
    }

    func run() {
        var failures = 0
        while self.isWorking {
            do {
                try self.startRunner()
                failures = 0
                self.ready?.resume()
                self.ready = nil
                self.converse()
            } catch {
                failures += 1
                if let ready = self.ready {
                    self.ready = nil
                    self.owner.state.withLock { $0.phase = .stopping(until: 0) }
                    ready.resume(throwing: error)
                } else {
                    self.owner.logger.error("the runner does not start", metadata: ["error": "\(error)"])
                }
            }
            self.buryRunner()
            if failures > 0, self.isWorking { poll(nil, 0, Int32(min(failures, 10) * 100)) }
        }
        self.ready?.resume(throwing: CoreError(.unavailable, "the runner was stopped"))
        let waiters = self.owner.state.withLock { state in
            state.phase = .down
            return state.waiters
        }
        self.abandon("the agent was told to stop")
        for waiter in waiters { waiter.resume() }
    }

    private var isWorking: Bool { self.owner.state.withLock { $0.phase == .working } }

    // MARK: Runner's life

    private func startRunner() throws {
        let lock = try self.takeLock()
        defer { Glibc.close(lock) }
        let left = Leftovers.kill(dataID: self.owner.dataID)
        if left > 0 {
            self.owner.logger.warning("killed what an earlier agent left behind", metadata: ["processes": "\(left)"])
        }
        var ours: Int32 = -1
        var theirs: Int32 = -1
        let failure = flow_socket_pair(&ours, &theirs)
        guard failure == 0 else { throw Self.error("cannot make a socket pair", failure) }
        // Out of the way of the numbers they get in the child.
        let movedSocket = fcntl(theirs, F_DUPFD_CLOEXEC, 16)
        let movedLock = fcntl(lock, F_DUPFD_CLOEXEC, 16)
        Glibc.close(theirs)
        defer { for descriptor in [movedSocket, movedLock] { Glibc.close(descriptor) } }
        let executable = self.owner.configuration.executable
        let arguments =
            ["quicflow-runner"] + self.owner.configuration.arguments
            + ["--socket", "3", "--lock", "4", "--version", String(RunnerCoding.version)]
        let environment = ["PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH"].compactMap { name in
            ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
        }
        let result = Spawner.withVector(arguments) { arguments in
            Spawner.withVector(environment) { environment in
                executable.withCString { path in
                    var request = flow_spawn_request(
                        path: path,
                        arguments: arguments,
                        environment: environment,
                        directory: nil,
                        input: -1,
                        output: 1,
                        error: 2,
                        extra: movedSocket,
                        extra2: movedLock
                    )
                    var step: Int32 = 0
                    return flow_spawn(&request, &self.pid, &step)
                }
            }
        }
        guard result == 0 else {
            Glibc.close(ours)
            throw Self.error("cannot start \(executable)", result)
        }
        _ = flow_set_nonblocking(ours)
        self.socket = ours
        self.owner.state.withLock { $0.runnerPID = self.pid }
        // For the words of whoever finds the lock taken.
        let text = "\(self.pid)\n"
        ftruncate(movedLock, 0)
        _ = text.withCString { pwrite(movedLock, $0, strlen($0), 0) }
    }

    /// The lock is held by whichever runner lives, and handed to ours: a predecessor still killing keeps us waiting.
    private func takeLock() throws -> Int32 {
        let path = self.owner.configuration.dataDirectory + "/runner.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.error("cannot open \(path)", errno) }
        let end = flow_monotonic_microseconds() + Int64(self.owner.configuration.lockPatienceSeconds) * 1_000_000
        while true {
            let failure = flow_try_lock(descriptor)
            if failure == 0 { return descriptor }
            guard failure == EWOULDBLOCK, flow_monotonic_microseconds() < end, self.isWorking else {
                let holder = SpoolReader.contents(of: path).filter { $0 > 0x20 }
                Glibc.close(descriptor)
                throw Self.error(
                    "the runner of an earlier agent (process \(String(decoding: holder, as: UTF8.self))) still ends "
                        + "its jobs and holds \(path)",
                    failure
                )
            }
            poll(nil, 0, 10)
        }
    }

    /// After the socket closed: waits for the end of the runner and makes sure that nothing of it is left, before anyone
    /// hears that attempts were interrupted.
    private func buryRunner() {
        if self.socket >= 0 { Glibc.close(self.socket) }
        self.socket = -1
        if self.pid > 0 {
            if flow_wait_child(self.pid, 15_000) == 0 {
                kill(self.pid, SIGKILL)
                _ = flow_wait_child(self.pid, 5_000)
            }
            self.pid = 0
            _ = Leftovers.kill(dataID: self.owner.dataID)
            self.owner.state.withLock { $0.runnerPID = 0 }
        }
        self.input = RunnerFrameBuffer()
        self.output = []
        self.sent = 0
        self.abandon(self.isWorking ? "the runner died" : "the agent was told to stop")
    }

    private func abandon(_ detail: String) {
        let keys = self.owner.state.withLock { state in
            defer {
                state.handed.removeAll()
                state.tokens.removeAll()
                state.outgoing.removeAll()
            }
            return state.handed.values.map(\.key)
        }
        guard !keys.isEmpty else { return }
        let now = flow_boot_microseconds()
        self.owner.handler(keys.map { ($0, .ended(.interrupted(detail, at: now))) })
    }

    // MARK: Conversation

    private func converse() {
        while true {
            self.takeOutgoing()
            guard self.send() else { return }
            let patience = self.patience()
            guard patience != 0 else { return }
            let writing = self.sent < self.output.count ? Int16(POLLOUT) : 0
            var descriptors = [
                pollfd(fd: self.socket, events: Int16(POLLIN) | writing, revents: 0),
                pollfd(fd: self.owner.wake, events: Int16(POLLIN), revents: 0),
            ]
            poll(&descriptors, 2, patience)
            if descriptors[1].revents != 0 { flow_drain_event(self.owner.wake) }
            if descriptors[0].revents & ~Int16(POLLOUT) != 0 {
                guard self.receive() else { return }
            }
        }
    }

    /// How long to wait for something to happen, in milliseconds: -1 = for ever, 0 = it is time to go.
    private func patience() -> Int32 {
        self.owner.state.withLock { state in
            switch state.phase {
            case .working: return -1
            case .down: return 0
            case .stopping(let until):
                let left = until - flow_monotonic_microseconds()
                return state.handed.isEmpty || left <= 0 ? 0 : Int32(clamping: left / 1000 + 1)
            }
        }
    }

    private func takeOutgoing() {
        self.owner.state.withLock { state in
            guard !state.outgoing.bytes.isEmpty else { return }
            if self.sent == self.output.count {
                self.output = state.outgoing.bytes
                self.sent = 0
            } else {
                self.output.removeFirst(self.sent)
                self.sent = 0
                self.output.append(contentsOf: state.outgoing.bytes)
            }
            state.outgoing.removeAll()
        }
    }

    private func send() -> Bool {
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

    private func receive() -> Bool {
        let count = recv(self.socket, &self.buffer, self.buffer.count, 0)
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        guard count > 0 else { return false }
        self.input.append(self.buffer[..<count])
        var notices: [RunnerNotice] = []
        do {
            while let frame = try self.input.next() {
                guard let notice = RunnerCoding.notice(frame) else { return false }
                notices.append(notice)
            }
        } catch {
            self.owner.logger.error("the runner speaks nonsense", metadata: ["error": "\(error)"])
            return false
        }
        let events = self.owner.state.withLock { state in notices.compactMap { Self.event($0, in: &state) } }
        if !events.isEmpty { self.owner.handler(events) }
        return true
    }

    private static func event(
        _ notice: RunnerNotice,
        in state: inout ProcessRunner.State
    ) -> (AttemptKey, AttemptEvent)? {
        switch notice {
        case .started(let token, let at): return state.handed[token].map { ($0.key, .started(at: at)) }
        case .output(let token, let stream, let bytes):
            return state.handed[token].map { ($0.key, .output(FlowCore.OutputStream(stream), bytes)) }
        case .stuck(let token, let label, let cause):
            return state.handed[token].map { ($0.key, .hindered(label.stuckText(cause))) }
        case .failed(let token, let error, let step, let at):
            return Self.forget(token, in: &state).map {
                ($0.key, .ended(.spawnFailed(error, step: step, request: $0.request, at: at)))
            }
        case .ended(let token, let end):
            return Self.forget(token, in: &state).map { ($0.key, .ended(AttemptEnd(end))) }
        }
    }

    private static func forget(_ token: UInt64, in state: inout ProcessRunner.State) -> ProcessRunner.Handed? {
        guard let handed = state.handed.removeValue(forKey: token) else { return nil }
        if state.tokens[handed.key] == token { state.tokens[handed.key] = nil }
        return handed
    }

    private static func error(_ text: String, _ code: Int32) -> CoreError {
        CoreError(.unavailable, "\(text): \(String(cString: strerror(code)))")
    }
}

extension FlowCore.OutputStream {
    fileprivate init(_ stream: RunnerStream) {
        switch stream {
        case .output: self = .standardOutput
        case .error: self = .standardError
        }
    }
}
