// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Where a job runs (P1 to P8).
extension JobValidator {
    /// - Returns: what to store; nil for a job that runs on each host.
    static func checked(
        _ placement: Placement?,
        beside schedule: ScheduleSpec?,
        policies: Policies? = nil,
        _ faults: inout FaultCollector
    ) -> Placement? {
        guard let placement else { return nil }
        guard placement.isCoordinated else {
            faults.require(
                placement.selector == nil && placement.exclude.isEmpty && placement.count == nil
                    && placement.items == nil,
                "placement.kind",
                "conflict",
                "on 'each' host means all hosts of the groups: choose among them by groups and their rules"
            )
            return nil
        }
        self.checkWaves(placement, &faults)
        if case .delay = schedule?.base {
            faults.add(
                "schedule_type",
                "conflict",
                "a pause between runs is counted by the host that ran: it needs placement 'each'; use 'every' here"
            )
        }
        if let policies, policies.offline != .run {
            faults.add(
                "offline",
                "conflict",
                "the server alone fires a task with placement '\(placement.kind.rawValue)', so hosts without one start nothing; leave offline out"
            )
        }
        if case .cron(let expression, _, _) = schedule?.base, expression.lowercased() == "@reboot" {
            faults.add("cron_expr", "conflict", "@reboot is each host's own: it needs placement 'each'")
        }
        self.checkSlots(placement, &faults)
        if let text = placement.selector {
            do {
                _ = try LabelSelector(text)
            } catch {
                faults.add("placement.where", "syntax", error.text)
            }
        }
        self.range(placement.leaseSeconds, Placement.leaseRange, "placement.lease_seconds", "seconds", &faults)
        for (path, hosts) in [("order", placement.order), ("exclude", placement.exclude)] {
            let limit = Placement.hostLimit
            faults.require(hosts.count <= limit, "placement.\(path)", "too_many", "at most \(limit) hosts")
        }
        let isFailover = placement.strategy == .failover && !placement.isSharded && placement.hasSlots
        faults.require(
            isFailover || !placement.hasSlots || placement.order.isEmpty,
            "placement.order",
            "conflict",
            "an order belongs to strategy 'failover' and to waves; leave it out"
        )
        faults.require(
            !isFailover || !placement.order.isEmpty,
            "placement.order",
            "required",
            "say in which order hosts are tried"
        )
        if let key = placement.hashKey {
            faults.require(
                placement.strategy == .consistentHash && (1...256).contains(key.utf8.count),
                "placement.hash_key",
                "conflict",
                "a key of 1 to 256 bytes belongs to strategy 'consistent_hash'; leave it out"
            )
        }
        return placement
    }

    private static func checkWaves(_ placement: Placement, _ faults: inout FaultCollector) {
        guard let waves = placement.waves else { return }
        guard !placement.hasSlots else {
            return faults.add("placement.waves", "conflict", "waves belong to 'each': other kinds choose their hosts")
        }
        faults.require(
            placement.selector == nil && placement.exclude.isEmpty,
            "placement.where",
            "conflict",
            "on 'each' host means all hosts of the groups: choose among them by groups and their rules"
        )
        switch waves.size {
        case .hosts(let count): self.range(count, Waves.hostRange, "placement.waves.size", "hosts", &faults)
        case .percent(let part): self.range(part, Waves.percentRange, "placement.waves.size", "percent", &faults)
        }
        self.range(waves.canary, Waves.canaryRange, "placement.waves.canary", "hosts", &faults)
        self.range(waves.pauseSeconds, Waves.pauseRange, "placement.waves.pause_seconds", "seconds", &faults)
    }

    private static func checkSlots(_ placement: Placement, _ faults: inout FaultCollector) {
        switch placement.kind {
        case .each, .oneOf:
            faults.require(
                placement.count == nil && placement.items == nil,
                "placement.count",
                "conflict",
                "'one_of' is one host; count and items belong to 'n_of' and 'sharded'"
            )
        case .broadcast:
            faults.require(
                placement.count == nil && placement.items == nil,
                "placement.count",
                "conflict",
                "'broadcast' has a shard for each host; count and items belong to 'n_of' and 'sharded'"
            )
        case .nOf:
            faults.require(placement.items == nil, "placement.items", "conflict", "items belong to 'sharded'")
            guard let count = placement.count else {
                return faults.add("placement.count", "required", "say on how many hosts it runs")
            }
            self.range(count, Placement.slotRange, "placement.count", "hosts", &faults)
        case .sharded:
            if let items = placement.items {
                self.range(items.count, Placement.slotRange, "placement.items", "items", &faults)
                faults.require(
                    placement.count == nil,
                    "placement.count",
                    "conflict",
                    "there is a shard for each of the items; leave the count out"
                )
                for (index, item) in items.enumerated() {
                    faults.require(
                        item.utf8.count <= Placement.itemLimit && !TextRules.hasControlCharacters(item),
                        "placement.items[\(index)]",
                        "value",
                        "an item has at most \(Placement.itemLimit) bytes and no control characters"
                    )
                }
            } else if let count = placement.count {
                self.range(count, Placement.slotRange, "placement.count", "shards", &faults)
            } else {
                faults.add("placement.count", "required", "say how many shards there are, or name their items")
            }
        }
    }

    private static func range(
        _ value: Int,
        _ allowed: ClosedRange<Int>,
        _ path: String,
        _ unit: Wording,
        _ faults: inout FaultCollector
    ) {
        faults.require(
            allowed.contains(value),
            path,
            "range",
            "\(value) is outside \(allowed.lowerBound) to \(allowed.upperBound) \(unit)"
        )
    }
}
