// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Moves old output out of the database, and deletes what has become too old there and in the archive.
///
/// An object is named in the database before it is written, and the pieces go only in the transaction that knows where their
/// copy is: whatever stops it in between leaves output readable, and at most an object that is found and deleted later.
package final class OutputArchiver: Service {
    private let store: any ArchiveStore
    /// Nil where none is configured: then only what is too old is deleted.
    private let archive: (any OutputArchive)?
    private let settings: LiveSettings
    private let clock: any WallClock
    private let share: any WorkShare
    private let logger: Logger
    private let pause: @Sendable (Duration) async -> Void
    private let own: OwnWorkBook?
    private let outage = Mutex(Outage())
    private let counts = Mutex(Counts())

    /// What it did since the start, for metrics.
    package struct Counts: Hashable, Sendable {
        package var objects: Int64 = 0
        package var bytes: Int64 = 0
        package var failures: Int64 = 0
    }

    /// Bytes of output in one object, before they are compressed: what is held in memory at once.
    private static let objectBytes = 8 << 20
    private static let interval = Duration.seconds(60)
    private static let day: Int64 = 86_400_000
    /// After so long an object that was begun is given up; milliseconds.
    ///
    /// Writing one takes seconds.
    private static let patience: Int64 = 6 * 3_600_000
    private static let chunk = 250
    /// What its objects are called among the product's own work.
    private static let unit = "objects"

    package init(
        store: any ArchiveStore,
        archive: (any OutputArchive)?,
        settings: LiveSettings,
        clock: any WallClock,
        share: any WorkShare = WholeWork(),
        logger: Logger,
        work: OwnWorkBook? = nil,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.own = work
        self.store = store
        self.archive = archive
        self.settings = settings
        self.clock = clock
        self.share = share
        self.logger = logger
        self.pause = pause
    }

    package var figures: Counts { self.counts.withLock { $0 } }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if self.share.isKeeper { await self.work() }
                await self.pause(Self.interval)
            }
        }
    }

    /// Archives and deletes all there is to.
    package func work() async {
        do {
            try await self.forget()
            if let archive {
                try await self.move(to: archive)
                try await self.clean(archive)
            }
            if self.outage.withLock({ $0.end() }) { self.logger.notice("output is archived again") }
        } catch {
            guard !(error is CancellationError), !Task.isCancelled else { return }
            self.counts.withLock { $0.failures += 1 }
            self.own?.note(.archive, Self.unit, error: LogReader.words(of: error).english)
            guard self.outage.withLock({ $0.begin() }) else { return }
            self.logger.warning(
                "output could not be archived; it stays in the database, and is tried again",
                metadata: ["archive": "\(self.archive?.place ?? "none")", "error": "\(LogReader.words(of: error))"]
            )
        }
    }

    private func move(to archive: any OutputArchive) async throws {
        var position: ExecutionID?
        while !Task.isCancelled, self.share.isKeeper {
            let start = ContinuousClock.now
            let bound = self.clock.now.advanced(byMilliseconds: -self.settings.now.integer(.outputHotDays) * Self.day)
            let batch = try await self.store.archiveBatch(before: bound, after: position, limit: Self.objectBytes)
            guard let batch else { return }
            if !batch.parts.isEmpty {
                try await self.store.beginArchiveObject(batch.object, bytes: batch.bytes.count, at: self.clock.now)
                try await archive.put(batch.object, batch.bytes)
                try await self.store.finishArchiveObject(batch.object, parts: batch.parts)
                self.counts.withLock { counts in
                    counts.objects += 1
                    counts.bytes += Int64(batch.bytes.count)
                }
                self.own?.note(.archive, Self.unit, count: 1, took: ContinuousClock.now - start)
            } else if batch.next == position {
                return
            }
            position = batch.next
            await self.rest(after: start)
        }
    }

    private func forget() async throws {
        let days = self.settings.now.integer(.outputDays)
        let bound = days == 0 ? nil : self.clock.now.advanced(byMilliseconds: -days * Self.day)
        let history = self.settings.now.integer(.retentionDays)
        let records = self.clock.now.advanced(byMilliseconds: -history * Self.day)
        while !Task.isCancelled {
            let start = ContinuousClock.now
            guard try await self.store.forgetOutput(before: bound, records: records, limit: Self.chunk) else { return }
            await self.rest(after: start)
        }
    }

    private func clean(_ archive: any OutputArchive) async throws {
        while !Task.isCancelled {
            let bound = self.clock.now.advanced(byMilliseconds: -Self.patience)
            let names = try await self.store.unusedArchiveObjects(begunBefore: bound, limit: Self.chunk)
            for name in names {
                try await archive.delete(name)
                try await self.store.removeArchiveObject(name)
            }
            guard names.count >= Self.chunk else { return }
        }
    }

    /// Leaves the store to others for twice as long as this took.
    private func rest(after start: ContinuousClock.Instant) async {
        await self.pause(max(.milliseconds(10), (ContinuousClock.now - start) * 2))
    }
}
