// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// A part of a cluster's work that one server does at a time: the fires of a shard of all jobs, or the keeping of the log.
package struct WorkUnit: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Shards of jobs; their numbers are 0 to 255.
    package static let shardCount = 256
    /// Reading the event log and forgetting: dependencies, standing, notifications, upkeep, seals of the audit.
    ///
    /// A single owner, because these act on what they find and not on a schedule's compare-and-set.
    package static let keeping = WorkUnit(number: 256)
    package static let all = (0...256).map { WorkUnit(number: $0) }

    package let number: Int

    package init(number: Int) { self.number = number }

    /// The shard of a job: the first byte of the SHA-256 of its uid (`semantics.md` 7).
    package init(of job: JobUID) {
        self.number = SHA256.hash(data: job.bytes).withUnsafeBytes { Int($0[0]) }
    }

    package var description: String { self == Self.keeping ? "keeping" : "shard \(self.number)" }

    package static func < (lhs: WorkUnit, rhs: WorkUnit) -> Bool { lhs.number < rhs.number }
}
