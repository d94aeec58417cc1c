// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Synchronization

/// Reads the event log for runs that have settled, for one reader.
///
/// Each is handled in one transaction that also moves the reader's position: a crash before it handles the run again, one
/// behind it finds it done. Rounds must not overlap.
final class SettledRunReader: Sendable {
    private static let pageSize = 100
    /// Rows without a settled run after which the position is stored: most logs hold none, and a commit each would cost more
    /// than reading them again.
    private static let leap: Int64 = 2000

    private struct Place {
        /// As the log knows it.
        var stored: Int64
        /// How far was read.
        var read: Int64
    }

    private let name: String
    private let store: any EventStore
    private let clock: any WallClock
    /// Nil before the first round, and after one that failed: then the log is asked.
    private let place = Mutex<Place?>(nil)

    init(name: String, store: any EventStore, clock: any WallClock) {
        self.name = name
        self.store = store
        self.clock = clock
    }

    /// Hands over everything that is there.
    ///
    /// - Parameter handle: moves the position as it is told, in the transaction of what it does.
    func catchUp(_ handle: (SettledRun, ReaderMove) async throws -> Void) async throws {
        guard var place = try await self.begin() else { return }
        var page: SettledRunPage
        repeat {
            page = try await self.store.settledRuns(after: place.read, limit: Self.pageSize)
            for (sequence, run) in page.runs {
                try await handle(run, ReaderMove(reader: self.name, from: place.stored, to: sequence))
                place.stored = sequence
            }
            place.read = page.through
            if place.read - place.stored >= Self.leap {
                try await self.move(from: place.stored, to: place.read)
                place.stored = place.read
            }
        } while !page.isLast
        self.place.withLock { [place] in $0 = place }
    }

    /// - Returns: nil in the first round of all: what settled before it is nobody's.
    private func begin() async throws -> Place? {
        let known = self.place.withLock { place in
            defer { place = nil }
            return place
        }
        if let known { return known }
        if let stored = try await self.store.eventPosition(of: self.name) { return Place(stored: stored, read: stored) }
        try await self.move(from: nil, to: try await self.store.lastEvent())
        return nil
    }

    private func move(from stored: Int64?, to position: Int64) async throws {
        try await self.store.moveEventPosition(of: self.name, from: stored, to: position, at: self.clock.now)
    }
}
