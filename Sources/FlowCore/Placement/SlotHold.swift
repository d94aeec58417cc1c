// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a host that is given a slot has to know of it (`semantics.md` 5).
package struct SlotHold: Hashable, Sendable, Codable {
    /// Higher each time the slot goes to another host: what the job writes to can refuse lower ones.
    package let fence: Int
    /// How long the host may hold it without having heard of a server; milliseconds.
    package let leaseMilliseconds: Int64
    /// Whether what runs is ended when the lease is over.
    package let isFenced: Bool
    /// Whether another host takes it over then.
    package let moves: Bool
    /// The shard, from 0, and how many there are; nil where there are none.
    package let shard: Shard?

    package struct Shard: Hashable, Sendable, Codable {
        package let index: Int
        package let total: Int
        package let item: String?

        package init(index: Int, total: Int, item: String?) {
            self.index = index
            self.total = total
            self.item = item
        }
    }

    package init(fence: Int, leaseMilliseconds: Int64, isFenced: Bool, moves: Bool, shard: Shard?) {
        self.fence = fence
        self.leaseMilliseconds = leaseMilliseconds
        self.isFenced = isFenced
        self.moves = moves
        self.shard = shard
    }

    /// What a host of a wave is told: it is its server's to say when it begins and nobody else's to run, and no lease ends it.
    package static let inWave = SlotHold(
        fence: 1,
        leaseMilliseconds: Int64(Placement.leaseRange.upperBound) * 1000,
        isFenced: false,
        moves: false,
        shard: nil
    )

    /// How long a host trusts it after it last spoke with a server; microseconds.
    package var trustMicroseconds: Int64 {
        max(1, self.leaseMilliseconds - Placement.trustMargin) * 1000
    }

    /// What the job finds in its environment.
    package var environment: [String: String] {
        var names = ["QF_FENCE": "\(self.fence)"]
        guard let shard = self.shard else { return names }
        names["QF_SHARD_INDEX"] = "\(shard.index)"
        names["QF_SHARD_TOTAL"] = "\(shard.total)"
        names["QF_SHARD_ITEM"] = shard.item
        if let item = shard.item {
            names["QF_ITEM"] = item
            names["QF_ITEM_INDEX"] = "\(shard.index)"
        }
        return names
    }
}
