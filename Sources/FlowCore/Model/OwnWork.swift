// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the product did for itself within one hour, as a run of the task centre (S3-2, type `maintenance`).
///
/// Upkeep takes thousands of small steps a day; one record for each kind and hour says what came of them. Nobody starts, stops or
/// repeats it.
package struct OwnWork: Hashable, Sendable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// What has become too old was deleted.
        case prune
        /// Output was moved to the archive.
        case archive
        /// The authority that hosts trust was replaced by the next one, a step of that.
        case rollOver = "roll-over"
        /// A copy of everything was made.
        case backup
        /// What is secret was sealed with another key.
        case reseal
    }

    /// One thing that was worked on: a kind of row, an object, a step.
    package struct Unit: Hashable, Sendable, Codable {
        package let name: String
        /// How many rows, objects or values it was.
        package var count: Int64
        /// How long it took, all steps together.
        package var milliseconds: Int64
        package var failures: Int64
        /// Why the last try failed; nil after one that did not.
        package var error: String?

        package init(
            name: String,
            count: Int64 = 0,
            milliseconds: Int64 = 0,
            failures: Int64 = 0,
            error: String? = nil
        ) {
            self.name = name
            self.count = count
            self.milliseconds = milliseconds
            self.failures = failures
            self.error = error.map { String(decoding: $0.utf8.prefix(OwnWork.errorLimit), as: UTF8.self) }
        }

        /// What came of both, the other one later.
        package func followed(by later: Unit) -> Unit {
            Unit(
                name: self.name,
                count: self.count + later.count,
                milliseconds: self.milliseconds + later.milliseconds,
                failures: self.failures + later.failures,
                error: later.error
            )
        }
    }

    package let kind: Kind
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    /// By name.
    package private(set) var units: [Unit]

    /// - Parameter instant: of the work; it decides the hour.
    package init(_ kind: Kind, _ units: [Unit] = [], from instant: Timestamp, until end: Timestamp) {
        self.kind = kind
        self.startedAt = instant
        self.finishedAt = max(instant, end)
        self.units = []
        for unit in units { self.add(unit) }
    }

    /// Rows that are kept of all kinds together.
    package static let limit = 2000
    /// Units of one record; there are fewer kinds of things.
    package static let unitLimit = 64
    package static let errorLimit = 500
    private static let hour: Int64 = 3_600_000

    /// Under this number no task is.
    package static let job: JobID = 0
    package static let jobUID = JobUID(uuid: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))

    /// When the hour began.
    package var nominal: Timestamp {
        Timestamp(milliseconds: self.startedAt.milliseconds / Self.hour * Self.hour)
    }

    /// The same for all servers of an installation.
    package var id: RunID {
        DeterministicID.run(
            kind: .manual,
            job: Self.jobUID,
            nominal: self.nominal,
            discriminator: "own/\(self.kind.rawValue)"
        )
    }

    package mutating func add(_ unit: Unit) {
        if let index = self.units.firstIndex(where: { $0.name == unit.name }) {
            self.units[index] = self.units[index].followed(by: unit)
        } else if self.units.count < Self.unitLimit {
            self.units.append(unit)
            self.units.sort { $0.name < $1.name }
        }
    }

    /// Takes in what was done later in the same hour.
    package mutating func add(_ later: OwnWork) {
        self.startedAt = min(self.startedAt, later.startedAt)
        self.finishedAt = max(self.finishedAt, later.finishedAt)
        for unit in later.units { self.add(unit) }
    }

    package var tally: RunTally {
        let failed = self.units.filter { $0.error != nil }.count
        var counts: [ExecutionStatus: Int] = [:]
        if failed > 0 { counts[.failure] = failed }
        if self.units.count > failed { counts[.success] = self.units.count - failed }
        return RunTally(counts: counts)
    }

    /// The row that lists show.
    package var run: Run {
        Run(
            id: self.id,
            jobID: Self.job,
            jobUID: Self.jobUID,
            jobName: self.kind.rawValue,
            jobVersion: 0,
            type: .maintenance,
            nominal: self.nominal,
            source: self.kind.rawValue,
            createdAt: self.startedAt
        )
    }
}
