// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// On which hosts of its groups a task runs.
struct PlacementFields: ParsableArguments {
    @Option(help: "Hosts that run it: each, one_of, n_of, sharded or broadcast.")
    var placement: String?

    @Option(
        help: """
            How one is chosen: least_running, least_load, first, random, round_robin, consistent_hash, last_used or \
            failover.
            """
    )
    var strategy: String?

    @Option(help: "How many hosts of n_of, or shards of sharded.")
    var slots: Int?

    @Option(name: .customLong("item"), help: "What one shard is handed as $QF_SHARD_ITEM; repeat for several.")
    var items: [String] = []

    @Option(name: .customLong("where"), help: "What a host's labels say, such as region=eu,!gpu.")
    var selector: String?

    @Option(name: .customLong("exclude-host"), help: "Id of a host that is never chosen; repeat for several.")
    var excluded: [String] = []

    @Option(
        name: .customLong("failover-host"),
        help: "Id of a host, in the order of failover, or of those that go first in waves; repeat for several."
    )
    var order: [String] = []

    @Option(help: "Seconds for which a host may hold it without having heard of the server, 6 to 3600.")
    var lease: Int?

    @Option(name: .customLong("wave-size"), help: "With 'each': one part of the hosts after another, as 5 or 10%.")
    var waveSize: String?

    @Option(help: "Hosts that go first, alone, before the waves.")
    var canary: Int?

    @Option(name: .customLong("wave-pause"), help: "Seconds between two waves.")
    var wavePause: Int?

    @Option(
        name: .customLong("max-failure-ratio"),
        help: "More failures than this part of what has ended, 0 to 1, and no further wave begins."
    )
    var failureRatio: Double?

    /// Writes what was given into a request's body; another kind than before begins anew.
    func apply(to body: inout JSONValue) throws {
        let present = body["placement"]
        let kind = self.placement ?? present["kind"].string ?? "each"
        var value: JSONValue = kind == present["kind"].string ? present : .object([:])
        value["kind"] = .string(kind)
        if let strategy { value["strategy"] = .string(strategy) }
        if let slots { value["count"] = .integer(Int64(slots)) }
        if !self.items.isEmpty { value["items"] = .array(self.items.map(JSONValue.string)) }
        if let selector { value["where"] = .string(selector) }
        if !self.excluded.isEmpty { value["exclude"] = .array(self.excluded.map(JSONValue.string)) }
        if !self.order.isEmpty { value["order"] = .array(self.order.map(JSONValue.string)) }
        try self.applyWaves(to: &value)
        if let lease { value["lease_seconds"] = .integer(Int64(lease)) }
        if value != .object(["kind": "each"]) || self.placement != nil { body["placement"] = value }
    }

    private func applyWaves(to value: inout JSONValue) throws {
        guard self.waveSize != nil || self.canary != nil || self.wavePause != nil || self.failureRatio != nil else {
            return
        }
        var waves = value["waves"]
        if waves == .null { waves = .object([:]) }
        if let waveSize { waves["size"] = Int64(waveSize).map(JSONValue.integer) ?? .string(waveSize) }
        if let canary { waves["canary"] = .integer(Int64(canary)) }
        if let wavePause { waves["pause_seconds"] = .integer(Int64(wavePause)) }
        if let failureRatio { waves["max_failure_ratio"] = .number(failureRatio) }
        value["waves"] = waves
    }
}
