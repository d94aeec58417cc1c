// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

/// Carries out attempts of one kind of job.
///
/// It tells what happens through the ``AttemptHandler`` it was made with: each attempt that was given to ``start(_:)`` ends
/// with exactly one ``AttemptEvent/ended(_:)``.
protocol Executor: Sendable {
    var kind: ExecutorKind { get }

    /// Gets ready to work; what earlier agents started on this host is known afterwards.
    ///
    /// - Throws: `CoreError` with words for the person at the host.
    func prepare() async throws

    /// Starts attempts; returns without waiting for them.
    func start(_ launches: [Launch])

    /// Stops an attempt: politely, and at once with `force`. Attempts it does not know are none of its business.
    func cancel(_ key: AttemptKey, force: Bool)

    /// An attempt is to end after so long unless this is said again: also if the agent is gone by then.
    func lease(_ key: AttemptKey, milliseconds: Int64)

    /// Stops working; nothing is started afterwards.
    func stop(_ manner: StopManner) async
}

extension Executor {
    /// What ends with the agent needs no more.
    func lease(_ key: AttemptKey, milliseconds: Int64) {}
}

/// What becomes of attempts when the agent stops.
enum StopManner: Hashable, Sendable {
    /// All end, those that do not go politely after the grace time; each has been told of.
    case ending(grace: Duration)
    /// Those that can go on without the agent do; the others end.
    case leaving
}

/// The executors of a host, by kind.
struct ExecutorRegistry: Sendable {
    private let executors: [ExecutorKind: any Executor]

    init(_ executors: [any Executor]) {
        self.executors = Dictionary(executors.map { ($0.kind, $0) }) { first, _ in first }
    }

    /// In the order of their names.
    var kinds: [ExecutorKind] { self.executors.keys.sorted { $0.name < $1.name } }

    subscript(kind: ExecutorKind) -> (any Executor)? { self.executors[kind] }

    func prepare() async throws {
        for kind in self.kinds { try await self.executors[kind]?.prepare() }
    }

    func cancel(_ key: AttemptKey, force: Bool) {
        for executor in self.executors.values { executor.cancel(key, force: force) }
    }

    func lease(_ key: AttemptKey, milliseconds: Int64) {
        for executor in self.executors.values { executor.lease(key, milliseconds: milliseconds) }
    }

    func stop(_ manner: StopManner) async {
        await withDiscardingTaskGroup { group in
            for executor in self.executors.values { group.addTask { await executor.stop(manner) } }
        }
    }
}
