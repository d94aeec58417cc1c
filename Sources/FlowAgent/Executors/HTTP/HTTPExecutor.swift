// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowAgentCore
import FlowCore
import Synchronization

/// Runs HTTP jobs: one request, and what it answers is the result.
final class HTTPExecutor: Executor {
    let kind = ExecutorKind.http
    private let policy: HTTPPolicy
    private let networks: InstallationNetworks
    private let handler: AttemptHandler

    private struct State {
        var tasks: [AttemptKey: Task<Void, Never>] = [:]
        var isStopping = false
    }
    private let state = Mutex(State())

    init(
        policy: HTTPPolicy,
        networks: InstallationNetworks = InstallationNetworks(),
        handler: @escaping AttemptHandler
    ) {
        self.policy = policy
        self.networks = networks
        self.handler = handler
    }

    func prepare() async throws {}

    func start(_ launches: [Launch]) {
        var policy = self.policy
        policy.network.defaults = self.networks.now
        for launch in launches {
            guard let payload = launch.order.job.payload.request else { continue }
            self.start(AttemptKey(launch), HTTPExchange(policy: policy, launch: launch, payload: payload))
        }
    }

    private func start(_ key: AttemptKey, _ exchange: HTTPExchange) {
        let isStopping = self.state.withLock { state in
            guard !state.isStopping else { return true }
            // Not a child task: each attempt is cancelled by itself, from elsewhere, and ends in its own time.
            state.tasks[key] = Task { await self.run(key, exchange) }
            return false
        }
        guard isStopping else { return }
        let text = "the agent was told to stop before it started"
        self.handler([(key, .ended(.interrupted(text, at: flow_boot_microseconds())))])
    }

    private func run(_ key: AttemptKey, _ exchange: HTTPExchange) async {
        self.handler([(key, .started(at: flow_boot_microseconds()))])
        var end = await exchange.run { stream, bytes in self.handler([(key, .output(stream, bytes))]) }
        let isStopping = self.state.withLock { state in
            state.tasks[key] = nil
            return state.isStopping
        }
        if isStopping, end.status == .cancelled {
            end = .interrupted("stopped because the agent was told to stop; no complete answer had come", at: end.at)
        }
        self.handler([(key, .ended(end))])
    }

    func cancel(_ key: AttemptKey, force: Bool) { self.state.withLock { $0.tasks[key] }?.cancel() }

    /// A request can't be asked to hurry, and can't go on without the agent: what has no answer yet is given up at once.
    func stop(_ manner: StopManner) async {
        let tasks = self.state.withLock { state in
            state.isStopping = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}

extension Payload {
    /// The request that it makes; nil when it makes none.
    fileprivate var request: HTTPPayload? {
        switch self {
        case .http(let http): http
        // Its address is the definition's, and has no places for parameters.
        case .builtin(.checkHTTP(let check)):
            HTTPPayload(url: check.url.replacing("{{", with: "{{{{"), expectedStatus: check.expectedStatus)
        case .shell, .plugin, .sql, .builtin, .container: nil
        }
    }
}
