// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowRunner
import Foundation
import Logging
import Synchronization

/// A program an executor wants to run.
struct ProcessRequest: Hashable, Sendable {
    var key: AttemptKey
    var timeoutMilliseconds: UInt32
    var leavesProcesses = false
    var program: String
    var directory: String
    var arguments: [String]
    var environment: [String]
}

/// The agent's side of its runner: starts it, talks to it, and starts another when it dies.
///
/// One thread polls the socket; calls from elsewhere only append to a queue and wake it.
package final class ProcessRunner: Sendable {
    /// Where the runner's program is and what it works for.
    package struct Configuration: Sendable {
        package var executable: String
        package var arguments: [String]
        package var dataDirectory: String
        /// How long to wait for the runner of a predecessor to finish killing; seconds.
        package var lockPatienceSeconds: Int

        /// Without an executable it is the runner beside this program, else this program in the runner's role.
        package init(dataDirectory: String, executable: String? = nil, lockPatienceSeconds: Int = 60) {
            let own = "/proc/self/exe"
            let beside = (try? FileManager.default.destinationOfSymbolicLink(atPath: own)).map { path in
                String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/quicflow-runner"
            }
            self.dataDirectory = dataDirectory
            self.lockPatienceSeconds = lockPatienceSeconds
            self.arguments = []
            if let executable {
                self.executable = executable
            } else if let beside, access(beside, X_OK) == 0 {
                self.executable = beside
            } else {
                self.executable = own
                self.arguments = ["runner"]
            }
        }
    }

    enum Phase: Hashable {
        case working
        /// Everything was told to end; until this instant it may take its time (monotonic microseconds).
        case stopping(until: Int64)
        case down
    }

    /// What was handed to the runner under a token.
    struct Handed {
        let key: AttemptKey
        let request: ProcessRequest
    }

    struct State {
        var outgoing = ByteWriter()
        var tokens: [AttemptKey: UInt64] = [:]
        var handed: [UInt64: Handed] = [:]
        var nextToken: UInt64 = 1
        var phase = Phase.working
        var runnerPID: Int32 = 0
        /// Who waits for the end.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: Configuration
    let logger: Logger
    let handler: AttemptHandler
    let dataID: String
    let wake: Int32
    let state = Mutex(State())

    init(configuration: Configuration, logger: Logger, handler: @escaping AttemptHandler) throws {
        self.configuration = configuration
        self.logger = logger
        self.handler = handler
        self.dataID = try AgentDataID.of(directory: configuration.dataDirectory)
        self.wake = flow_make_event()
        guard self.wake >= 0 else { throw CoreError(.unavailable, "no descriptor left for the runner") }
    }

    deinit { close(self.wake) }

    /// The runner's process id; 0 while there is none.
    package var runnerPID: Int32 { self.state.withLock { $0.runnerPID } }

    /// Starts the runner.
    ///
    /// Returns when no process of a predecessor is left: only then may its attempts be called INTERRUPTED.
    ///
    /// - Throws: `CoreError` when the predecessor's runner does not end, or ours does not start.
    package func start() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let thread = Thread { RunnerLink(owner: self, ready: continuation).run() }
            thread.name = "runner-link"
            thread.start()
        }
    }

    /// Ends everything that runs, politely for as long as `grace`, and then the runner; attempts end as INTERRUPTED.
    ///
    /// Returns when all of it is over and has been told.
    package func stop(grace: Duration) async {
        let milliseconds = UInt32(clamping: grace.components.seconds * 1000)
        await withCheckedContinuation { continuation in
            let isDown = self.state.withLock { state in
                if state.phase == .down { return true }
                state.waiters.append(continuation)
                guard state.phase == .working else { return false }
                RunnerCoding.append(.stop(graceMilliseconds: milliseconds), to: &state.outgoing)
                // The runner kills after the grace time; what it can't kill in another moment it never can.
                let until = flow_monotonic_microseconds() + Int64(milliseconds) * 1000 + 3_000_000
                state.phase = .stopping(until: until)
                return false
            }
            flow_signal_event(self.wake)
            if isDown { continuation.resume() }
        }
    }

    func spawn(_ requests: [ProcessRequest]) {
        let refused = self.state.withLock { state -> [AttemptKey] in
            guard state.phase == .working else { return requests.map(\.key) }
            for request in requests {
                let token = state.nextToken
                state.nextToken += 1
                state.tokens[request.key] = token
                var kept = request
                kept.arguments = []
                kept.environment = []
                state.handed[token] = Handed(key: request.key, request: kept)
                RunnerCoding.append(.spawn(self.message(request, token: token)), to: &state.outgoing)
            }
            return []
        }
        flow_signal_event(self.wake)
        guard !refused.isEmpty else { return }
        let now = flow_boot_microseconds()
        self.handler(
            refused.map { ($0, .ended(.interrupted("the agent was told to stop before it started", at: now))) }
        )
    }

    private func message(_ request: ProcessRequest, token: UInt64) -> SpawnRequest {
        SpawnRequest(
            token: token,
            execution: request.key.id.description,
            timeoutMilliseconds: request.timeoutMilliseconds,
            leavesProcesses: request.leavesProcesses,
            program: request.program,
            directory: request.directory,
            arguments: request.arguments,
            // By this mark a later agent ends what was left behind; what may be left has none.
            environment: request.environment + (request.leavesProcesses ? [] : ["QF_AGENT_DATA=\(self.dataID)"])
        )
    }

    /// Stops an attempt that was handed over and has not ended; others are not known here.
    func cancel(_ key: AttemptKey, force: Bool) {
        self.state.withLock { state in
            guard let token = state.tokens[key] else { return }
            RunnerCoding.append(.cancel(token: token, force: force), to: &state.outgoing)
        }
        flow_signal_event(self.wake)
    }
}
