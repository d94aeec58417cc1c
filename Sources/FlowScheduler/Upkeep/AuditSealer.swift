// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Chains the rows of the audit, moments after their transactions, and tells them to the log.
///
/// Rows enter without a seal, so that changes do not queue behind one head row; this gives them number and hash in
/// batches. Rows that a crash left are sealed at the next start. Where the chain ends is told to a witness outside the
/// database, because a chain whose end was cut off looks whole.
package final class AuditSealer: Service {
    private let store: any AuditStore
    private let chain: AuditChain?
    private let name: String
    private let clock: any WallClock
    private let logger: Logger
    private let witness: @Sendable (AuditHead) throws -> Void
    private let pause: @Sendable (Duration) async -> Void
    private let share: any WorkShare
    private let state = Mutex(State())

    private struct State {
        var oldestUnsealed: Timestamp?
        var told: AuditHead?
        var toldAt = Timestamp.distantPast
        var loggedAt = Timestamp.distantPast
        var isAlarmed = false
    }

    private static let batch = 256
    /// Milliseconds.
    private static let interval: Int64 = 250
    private static let witnessInterval: Int64 = 60_000
    private static let logInterval: Int64 = 3_600_000
    private static let alarmAge: Int64 = 10_000

    /// - Parameters:
    ///   - chain: the key; without it nothing is sealed, and that is an alarm.
    ///   - name: of this server's chain.
    ///   - witness: writes the chain's end down elsewhere.
    package init(
        store: any AuditStore,
        chain: AuditChain?,
        name: String,
        clock: any WallClock,
        logger: Logger,
        share: any WorkShare = WholeWork(),
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        witness: @escaping @Sendable (AuditHead) throws -> Void
    ) {
        self.share = share
        self.store = store
        self.chain = chain
        self.name = name
        self.clock = clock
        self.logger = logger
        self.pause = pause
        self.witness = witness
    }

    /// For how long the oldest row without a seal has waited, in milliseconds; for metrics.
    package var unsealedMilliseconds: Int64 {
        self.state.withLock { $0.oldestUnsealed }.map { max(0, self.clock.now.milliseconds(since: $0)) } ?? 0
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if self.share.isKeeper {
                    await self.step()
                } else {
                    // What waits is another server's to seal, and to warn of.
                    self.state.withLock { $0.oldestUnsealed = nil }
                }
                await self.pause(.milliseconds(Self.interval))
            }
        }
        // What was changed while everything else stopped.
        await self.step()
        self.tell(force: true)
    }

    /// Seals all there is.
    package func step() async {
        do {
            while try await self.sealBatch() {}
        } catch {
            guard !(error is CancellationError) else { return }
            self.logger.warning("the audit could not be sealed; it is tried again", metadata: ["error": "\(error)"])
        }
        self.tell(force: false)
        self.watch()
    }

    /// - Returns: whether there may be more.
    private func sealBatch() async throws -> Bool {
        let entries = try await self.store.unsealedAudit(limit: Self.batch)
        self.state.withLock { $0.oldestUnsealed = entries.first?.change.at }
        guard let chain, !entries.isEmpty else { return false }
        let head = try await self.store.auditHead(of: self.name)
        let seals = chain.seal(entries, chain: self.name, after: head)
        try await self.store.sealAudit(zip(entries, seals).map { ($0.id, $1) }, after: head)
        self.state.withLock { state in
            state.oldestUnsealed = nil
            state.told = seals.last.map { AuditHead(chain: $0.chain, sequence: $0.sequence, hash: $0.hash) }
        }
        for entry in entries { self.log(entry) }
        return entries.count == Self.batch
    }

    /// The server's log says who did what too, without what it was before and after.
    private func log(_ entry: AuditEntry) {
        let change = entry.change
        var metadata: Logger.Metadata = [
            "actor": "\(change.actor.name)", "actor_kind": "\(change.actor.kind.rawValue)",
            "via": "\(change.origin.via.rawValue)", "outcome": "\(entry.outcome.rawValue)",
        ]
        if let object = entry.object { metadata["object"] = "\(object.kind) \(object.name ?? object.id)" }
        if let address = change.origin.address { metadata["address"] = "\(address)" }
        if let request = change.origin.request { metadata["request_id"] = "\(request)" }
        self.logger.notice("\(entry.action.rawValue)", metadata: metadata)
    }

    /// Writes the end down where whoever changes the database does not look first.
    private func tell(force: Bool) {
        let now = self.clock.now
        let (head, logs) = self.state.withLock { state -> (AuditHead?, Bool) in
            guard let head = state.told, force || now.milliseconds(since: state.toldAt) >= Self.witnessInterval else {
                return (nil, false)
            }
            state.told = nil
            state.toldAt = now
            let logs = now.milliseconds(since: state.loggedAt) >= Self.logInterval
            if logs { state.loggedAt = now }
            return (head, logs)
        }
        guard let head else { return }
        do { try self.witness(head) } catch {
            self.logger.warning("the end of the audit could not be written down", metadata: ["error": "\(error)"])
        }
        if logs {
            self.logger.notice(
                "audit sealed",
                metadata: ["chain": "\(head.chain)", "number": "\(head.sequence)", "hash": "\(head.hexHash)"]
            )
        }
    }

    private func watch() {
        let isLate = self.unsealedMilliseconds > Self.alarmAge
        let changed = self.state.withLock { state in
            defer { state.isAlarmed = isLate }
            return state.isAlarmed != isLate
        }
        guard changed else { return }
        if isLate {
            self.logger.error("rows of the audit have waited for their seal for more than 10 s")
        } else {
            self.logger.notice("the audit is sealed again")
        }
    }
}
