// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Tries all the time whether the server can store, so that a full disk or a lost database is said within five seconds, also
/// when nobody writes.
package final class StorageProbe: Service {
    private let store: any UpkeepStore
    private let clock: any WallClock
    private let logger: Logger
    private let watch = Mutex(StorageWatch())

    package init(store: any UpkeepStore, clock: any WallClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Since when nothing can be stored, and why; nil while it can.
    package func failure() -> StorageWatch.Failure? { self.watch.withLock { $0.failure } }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    while !Task.isCancelled {
                        await self.probe()
                        try? await Task.sleep(for: StorageWatch.interval)
                    }
                }
                group.addTask {
                    // By itself: a database that says nothing keeps the other one waiting.
                    while !Task.isCancelled {
                        try? await Task.sleep(for: .milliseconds(250))
                        let instant = self.clock.now
                        self.tell(self.watch.withLock { $0.look(at: Self.milliseconds, instant: instant) })
                    }
                }
            }
        }
    }

    /// Tries once.
    package func probe() async {
        self.watch.withLock { $0.begin(at: Self.milliseconds) }
        let reason: Wording?
        do {
            try await self.store.probe(at: self.clock.now)
            reason = nil
        } catch {
            // The server stops: that says nothing of the store.
            guard !Task.isCancelled else { return }
            reason = (error as? CoreError)?.text ?? "The database failed; the server's log says how."
            if !(error is CoreError) { self.logger.debug("a try to store failed", metadata: ["error": "\(error)"]) }
        }
        let instant = self.clock.now
        self.tell(self.watch.withLock { $0.end(reason, at: instant) })
    }

    private static var milliseconds: Int64 { ClusterMember.bootTime() }

    private func tell(_ change: StorageWatch.Change?) {
        switch change {
        case nil: break
        case .failing(let failure):
            self.logger.error(
                "nothing can be stored; hosts go on and keep their reports",
                metadata: ["since": "\(failure.since)", "reason": "\(failure.reason.english)"]
            )
        case .recovered(let failure):
            self.logger.notice("what is done can be stored again", metadata: ["failed_since": "\(failure.since)"])
        }
    }
}
