// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

/// Carries out SQL, plugin or built-in jobs: each attempt is a process of `quicflow-work` under the runner.
///
/// So a library that crashes, a statement that hangs and a plugin that floods end with their process, at the time limit and
/// when somebody stops them, as scripts do; they outlive the agent, and secrets are masked in what they say.
final class WorkExecutor: Executor {
    let kind: ExecutorKind
    private let processes: ShellExecutor
    /// For checks of HTTP, which need no process.
    private let requests: HTTPExecutor?

    init(_ kind: ExecutorKind, processes: ShellExecutor, requests: HTTPExecutor? = nil) {
        self.kind = kind
        self.processes = processes
        self.requests = requests
    }

    func prepare() async throws {}

    func start(_ launches: [Launch]) {
        func isRequest(_ launch: Launch) -> Bool {
            if case .builtin(.checkHTTP) = launch.order.job.payload { self.requests != nil } else { false }
        }
        self.requests?.start(launches.filter(isRequest))
        self.processes.start(launches.filter { !isRequest($0) })
    }

    // The shell's executor and that of HTTP have these attempts, and are asked as well.
    func cancel(_ key: AttemptKey, force: Bool) {}

    func stop(_ manner: StopManner) async {}
}
