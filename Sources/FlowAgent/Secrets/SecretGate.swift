// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowAgentCore
package import FlowCore
import Synchronization

/// Where a host gets the values of secrets from.
package protocol SecretSource: Sendable {
    /// - Throws: `CoreError` with words for the record of the execution.
    func secrets(for request: SecretsRequest) async throws -> [String: String]
}

/// Gets the secrets of attempts that name some, before anything is started.
///
/// The values stay in memory, for the attempt; what the ledger, the outbox and reports hold names them only.
final class SecretGate: Sendable {
    private let source: (any SecretSource)?
    private let book: AttemptBook
    /// Told when an attempt is over before an executor had it: its place is free.
    private let onEnd: @Sendable (AttemptKey) -> Void
    private let waiting = Mutex<Set<AttemptKey>>([])
    private let arrivals: AsyncStream<Launch>
    private let inlet: AsyncStream<Launch>.Continuation

    init(source: (any SecretSource)?, book: AttemptBook, onEnd: @escaping @Sendable (AttemptKey) -> Void) {
        self.source = source
        self.book = book
        self.onEnd = onEnd
        (self.arrivals, self.inlet) = AsyncStream.makeStream()
    }

    /// Takes what needs secrets out of `launches`; it is started by ``run(_:)``.
    ///
    /// - Returns: the rest.
    func pass(_ launches: [Launch]) -> [Launch] {
        // Most hosts have no such job, and none of theirs has to wait for those.
        let needing = launches.filter(\.order.needsSecrets)
        guard !needing.isEmpty else { return launches }
        self.waiting.withLock { $0.formUnion(needing.map { AttemptKey($0) }) }
        for launch in needing { self.inlet.yield(launch) }
        return launches.filter { launch in !needing.contains { AttemptKey($0) == AttemptKey(launch) } }
    }

    /// Works until cancelled.
    func run(_ start: @escaping @Sendable ([Launch]) -> Void) async {
        await withDiscardingTaskGroup { group in
            for await launch in self.arrivals {
                group.addTask { await self.open(launch, start) }
            }
            group.cancelAll()
        }
    }

    /// Takes a waiting attempt out.
    ///
    /// - Returns: whether it waited.
    func withdraw(_ key: AttemptKey) -> Bool { self.waiting.withLock { $0.remove(key) != nil } }

    /// - Returns: what waited.
    func close() -> [AttemptKey] {
        self.inlet.finish()
        return self.waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting.sorted { ($0.id, $0.attempt) < ($1.id, $1.attempt) }
        }
    }

    private func open(_ launch: Launch, _ start: @Sendable ([Launch]) -> Void) async {
        let key = AttemptKey(launch)
        let job = launch.order.job
        do {
            guard let source else { throw CoreError(.unavailable, "this host gets no secrets") }
            let request = SecretsRequest(execution: launch.id, job: job.uid, version: job.version)
            let values = try await source.secrets(for: request)
            let resolved = Launch(
                order: try launch.order.resolved(values),
                attempt: launch.attempt,
                secrets: Set(values.values).sorted()
            )
            guard self.withdraw(key) else { return }
            self.book.mask(key, Array(values.values))
            start([resolved])
        } catch {
            // When the agent stops, whoever stops it says what became of those that wait.
            guard !Task.isCancelled, self.withdraw(key) else { return }
            let words = (error as? CoreError)?.message ?? "\(error)"
            let end = AttemptEnd(
                status: .failure,
                reason: .policyDenied,
                detail: words.hasPrefix("secret_unavailable") ? words : "secret_unavailable: \(words)",
                at: flow_boot_microseconds()
            )
            self.book.record([(key, .ended(end))])
            self.onEnd(key)
        }
    }
}
