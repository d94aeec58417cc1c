// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import Synchronization

/// Collects what a server does for itself, and writes it down once a minute: steps are many, and records are for people.
package final class OwnWorkBook: Sendable {
    private let store: any OwnWorkStore
    private let clock: any WallClock
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var waiting: [RunID: OwnWork] = [:]
        var writtenAt = Timestamp.distantPast
    }

    /// Milliseconds.
    private static let interval: Int64 = 60_000
    /// Records that wait while nothing can be stored; what is beyond is in the log and the metrics only.
    private static let limit = 100

    package init(store: any OwnWorkStore, clock: any WallClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Something was done, or failed, just now.
    package func note(
        _ kind: OwnWork.Kind,
        _ unit: String,
        count: Int = 0,
        took duration: Duration = .zero,
        error: String? = nil
    ) {
        let milliseconds = Int64(duration / .milliseconds(1))
        let now = self.clock.now
        let unit = OwnWork.Unit(
            name: unit,
            count: Int64(count),
            milliseconds: milliseconds,
            failures: error == nil ? 0 : 1,
            error: error
        )
        // By its end: a long step that crosses the hour belongs to the later one, as it is told then.
        self.put(OwnWork(kind, [unit], from: now, until: now))
    }

    private func put(_ work: OwnWork) {
        self.state.withLock { state in
            if state.waiting[work.id] != nil {
                state.waiting[work.id]?.add(work)
            } else if state.waiting.count < Self.limit {
                state.waiting[work.id] = work
            }
        }
    }

    /// Writes down what waits, unless that was done less than a minute ago.
    package func write(force: Bool = false) async {
        let now = self.clock.now
        let works = self.state.withLock { state -> [OwnWork] in
            guard force || now.milliseconds(since: state.writtenAt) >= Self.interval else { return [] }
            guard !state.waiting.isEmpty else { return [] }
            defer { state.waiting = [:] }
            state.writtenAt = now
            return state.waiting.values.sorted { $0.id < $1.id }
        }
        for (index, work) in works.enumerated() {
            do { try await self.store.record(work) } catch {
                // Later steps may have been noted meanwhile: these came before them.
                for kept in works[index...] { self.putBack(kept) }
                guard !(error is CancellationError), !Task.isCancelled else { return }
                self.logger.warning(
                    "what upkeep did could not be written down; it is tried again",
                    metadata: ["error": "\(error)"]
                )
                return
            }
        }
    }

    private func putBack(_ work: OwnWork) {
        self.state.withLock { state in
            var whole = work
            if let later = state.waiting[work.id] { whole.add(later) }
            state.waiting[work.id] = whole
        }
    }
}
