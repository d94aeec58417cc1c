// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

/// What a server's arithmetic makes of the cron jobs in a configuration; the agent compares it with its own (R12).
package struct PlanClaims: Hashable, Sendable {
    /// The digests are of the fires after this.
    package var from: Timestamp
    package var digests: [JobUID: UInt64]

    package init(from: Timestamp, digests: [JobUID: UInt64]) {
        self.from = from
        self.digests = digests
    }
}

/// Names a plan: two sides that get the same fire times out of a schedule have the same digest of it.
package enum PlanDigest {
    /// Which arithmetic this code does (`cron_rev`); whoever changes what any expression means raises it.
    package static let revision: Int64 = 1
    /// Fires that are compared.
    package static let length = 64
    /// Digests are of the same fires for so long, so that one is worked out once and serves many agents; milliseconds.
    private static let period: Int64 = 30 * 86_400_000

    /// From where on plans are compared now.
    package static func reference(at now: Timestamp) -> Timestamp {
        Timestamp(milliseconds: now.milliseconds.flooredDivision(by: self.period) * self.period)
    }

    /// The hash of the revision and the next fires.
    package static func of(_ schedule: CompiledSchedule, from: Timestamp, revision: Int64 = Self.revision) -> UInt64 {
        var hash = StableHash()
        hash.add(revision)
        for fire in schedule.fires(after: from, through: .distantFuture, limit: self.length) {
            hash.add(fire.milliseconds)
        }
        return hash.value
    }
}

/// Names the rules that a set of jobs is planned by, so that two sides see in one comparison whether they agree.
package enum RulesDigest {
    /// Lower-case hex of SHA-256 over the revision of the arithmetic and the slices, by name.
    package static func of(_ slices: some Sequence<ZoneSlice>, revision: Int64 = PlanDigest.revision) -> String {
        var hash = SHA256()
        func add(_ number: Int64) { withUnsafeBytes(of: number.bigEndian) { hash.update(bufferPointer: $0) } }
        func add(_ text: String) {
            add(Int64(text.utf8.count))
            hash.update(data: Array(text.utf8))
        }
        add(revision)
        for slice in slices.sorted(by: { $0.name < $1.name }) {
            add(slice.name)
            add(Int64(slice.initialOffset))
            add(Int64(slice.changes.count))
            for change in slice.changes {
                add(change.at)
                add(Int64(change.offset))
            }
            add(slice.rule ?? "")
        }
        return Hex.encode(hash.finalize())
    }
}
