// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowWire
import Foundation
import GRDB
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the files of S1-FR-5.1 up to date beside a running agent, and within the time that its records stay.
///
/// A round writes today's files and those of days of which something ended, or reached the server, since the last one.
final class ExportKeeper: Service {
    private struct State {
        /// What the ledger had, and the server, in the last round.
        var sequence: Int64 = -1
        var acknowledged: Int64 = -1
        var isFailing = false
    }

    private let dataDirectory: String
    private let directory: String
    private let retention: Int64
    private let logger: Logger
    private let state = Mutex(State())
    /// Away from the threads that decide: writing a long day takes seconds.
    private let queue = DispatchQueue(label: "quartzflow.export", qos: .utility)
    private static let interval = Duration.seconds(60)

    /// - Parameters:
    ///   - dataDirectory: the agent's.
    ///   - directory: where the files go.
    ///   - retention: files of earlier days go; milliseconds.
    ///   - logger: told when it begins and ceases to fail.
    init(dataDirectory: String, directory: String, retention: Int64, logger: Logger) {
        self.dataDirectory = dataDirectory
        self.directory = directory
        self.retention = retention
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    self.queue.async {
                        self.round(at: Timestamp(Date()), zone: HostZone.name())
                        continuation.resume()
                    }
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// A failure is said once, and tried again with the next round: the agent's work does not depend on it.
    func round(at now: Timestamp, zone: String) {
        do {
            try self.update(at: now, zone: zone)
            if self.state.withLock({ state in
                defer { state.isFailing = false }
                return state.isFailing
            }) {
                self.logger.notice("the files of the host's records are written again")
            }
        } catch {
            let isNews = self.state.withLock { state in
                defer { state.isFailing = true }
                return !state.isFailing
            }
            if isNews {
                self.logger.warning("the files of the host's records can't be written", metadata: ["error": "\(error)"])
            }
        }
    }

    private func update(at now: Timestamp, zone: String) throws {
        let records = try LocalRecords(
            directory: self.dataDirectory,
            timeZone: TimeZone(identifier: zone) ?? .current
        )
        let former = self.state.withLock { (sequence: $0.sequence, acknowledged: $0.acknowledged) }
        let first = now.advanced(byMilliseconds: -self.retention)
        let (sequence, acknowledged, changed) = try records.changes(
            after: former.sequence,
            acknowledgedAfter: former.acknowledged,
            since: first
        )
        let export = try DayExport(records, to: self.directory)
        for day in changed.union([records.day(of: now)]).sorted() { _ = try export.write(day: day) }
        self.state.withLock { ($0.sequence, $0.acknowledged) = (sequence, acknowledged) }
        try self.forget(before: records.day(of: first))
    }

    /// Only what has the name of a day goes: nobody's other files.
    private func forget(before day: String) throws {
        for (folder, suffix) in [("executions", ".json"), ("daily_stats", ".json"), ("logs", "")] {
            let path = "\(self.directory)/\(folder)"
            for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
                guard name.hasSuffix(suffix), case let date = String(name.dropLast(suffix.count)), date < day,
                    ZoneDay.span(of: date, in: .universal) != nil
                else { continue }
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            }
        }
    }
}

extension LocalRecords {
    /// The last report, the last that the server has, and the days of which something ended, or reached the server, since
    /// those were others.
    func changes(
        after sequence: Int64,
        acknowledgedAfter former: Int64,
        since first: Timestamp
    ) throws -> (sequence: Int64, acknowledged: Int64, days: Set<String>) {
        try self.queue.read { database in
            let meta = try Row.fetchOne(
                database,
                sql: """
                    SELECT max(acknowledged, coalesce((SELECT max(sequence) FROM outbox), 0)), acknowledged FROM meta
                    """
            )
            let last: Int64 = meta?[0] ?? 0
            let acknowledged: Int64 = meta?[1] ?? 0
            let quarters = try Int64.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT quarter FROM quarter
                    WHERE (sequence > ? OR sequence > ? AND sequence <= ?) AND quarter >= ?
                    """,
                arguments: [sequence, former, acknowledged, QuarterSum.quarter(of: first)]
            )
            let days = quarters.map {
                self.days.text(of: Timestamp(milliseconds: $0.saturating(times: QuarterSum.length)))
            }
            return (last, acknowledged, Set(days))
        }
    }
}
