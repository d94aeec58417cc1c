// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import NIOPosix
import Synchronization

/// Runs HTTP jobs: one request, and what it answers is the result.
final class HTTPExecutor: Sendable {
    private let policy: HTTPPolicy
    private let handler: AttemptHandler
    private let tasks = Mutex<[AttemptKey: Task<Void, Never>]>([:])

    init(policy: HTTPPolicy, handler: @escaping AttemptHandler) {
        self.policy = policy
        self.handler = handler
    }

    func start(_ launch: Launch, payload: HTTPPayload) {
        let key = AttemptKey(id: launch.id, attempt: launch.attempt)
        let exchange = HTTPExchange(policy: self.policy, launch: launch, payload: payload)
        self.tasks.withLock { tasks in
            // Not a child task: each attempt is cancelled by itself, from elsewhere, and ends in its own time.
            tasks[key] = Task {
                self.handler([(key, .started(at: flow_boot_microseconds()))])
                let end = await exchange.run { stream, bytes in self.handler([(key, .output(stream, bytes))]) }
                self.tasks.withLock { $0[key] = nil }
                self.handler([(key, .ended(end))])
            }
        }
    }

    func cancel(_ key: AttemptKey) { self.tasks.withLock { $0[key] }?.cancel() }

    func cancelAll() { for task in self.tasks.withLock({ Array($0.values) }) { task.cancel() } }
}
