// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import Foundation
import Logging
import Synchronization

/// A program an executor wants to run.
struct ProcessRequest: Hashable, Sendable {
    var key: AttemptKey
    var timeoutMilliseconds: UInt32
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

        package init(
            dataDirectory: String,
            executable: String = "/proc/self/exe",
            arguments: [String] = ["runner"],
            lockPatienceSeconds: Int = 60
        ) {
            self.executable = executable
            self.arguments = arguments
            self.dataDirectory = dataDirectory
            self.lockPatienceSeconds = lockPatienceSeconds
        }
    }

    struct State {
        var outgoing = ByteWriter()
        var tokens: [AttemptKey: UInt64] = [:]
        var keys: [UInt64: AttemptKey] = [:]
        var nextToken: UInt64 = 1
        var isStopping = false
        var isDown = false
        var runnerPID: Int32 = 0
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

    /// Ends the runner and with it everything that runs; their attempts end as INTERRUPTED.
    package func stop() {
        self.state.withLock { $0.isStopping = true }
        flow_signal_event(self.wake)
    }

    func spawn(_ requests: [ProcessRequest]) {
        let refused = self.state.withLock { state -> [AttemptKey] in
            if state.isDown { return requests.map(\.key) }
            for request in requests {
                let token = state.nextToken
                state.nextToken += 1
                state.tokens[request.key] = token
                state.keys[token] = request.key
                RunnerCoding.append(
                    .spawn(
                        SpawnRequest(
                            token: token,
                            execution: request.key.id.description,
                            timeoutMilliseconds: request.timeoutMilliseconds,
                            program: request.program,
                            directory: request.directory,
                            arguments: request.arguments,
                            environment: request.environment + ["QF_AGENT_DATA=\(self.dataID)"]
                        )
                    ),
                    to: &state.outgoing
                )
            }
            return []
        }
        flow_signal_event(self.wake)
        if !refused.isEmpty { self.handler(refused.map { ($0, .ended(.interrupted("the runner has stopped"))) }) }
    }

    func cancel(_ key: AttemptKey, force: Bool) {
        self.state.withLock { state in
            guard let token = state.tokens[key] else { return }
            RunnerCoding.append(.cancel(token: token, force: force), to: &state.outgoing)
        }
        flow_signal_event(self.wake)
    }

    /// Whether the attempt was handed over and has not ended.
    func isRunning(_ key: AttemptKey) -> Bool { self.state.withLock { $0.tokens[key] != nil } }
}

extension AttemptEnd {
    static func interrupted(_ detail: String) -> AttemptEnd {
        AttemptEnd(status: .failure, reason: .interrupted, detail: detail, at: flow_boot_microseconds())
    }
}
