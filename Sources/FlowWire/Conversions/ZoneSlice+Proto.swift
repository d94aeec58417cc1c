// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

extension PBZoneSlice {
    init(_ slice: ZoneSlice) {
        self.init()
        self.name = slice.name
        self.initialOffset = Int32(clamping: slice.initialOffset)
        var last = ZoneSlice.start.seconds
        for change in slice.changes {
            // A slice has its changes in order.
            self.pauses.append(UInt64(clamping: change.at - last))
            self.offsets.append(Int32(clamping: change.offset))
            last = change.at
        }
        self.rule = slice.rule ?? ""
    }

    func decoded(_ field: String) throws(WireError) -> ZoneSlice {
        guard self.pauses.count == self.offsets.count, self.pauses.count <= ZoneSlice.changeLimit else {
            throw WireError.invalid(
                field: field + ".pauses",
                problem: "has \(self.pauses.count) entries beside \(self.offsets.count) offsets"
            )
        }
        var changes: [ZoneSlice.Change] = []
        changes.reserveCapacity(self.pauses.count)
        var at = ZoneSlice.start.seconds
        for (pause, offset) in zip(self.pauses, self.offsets) {
            // So few pauses of a thousand years each are far from overflowing; a slice refuses what is past its end.
            guard pause <= 1 << 35 else {
                throw WireError.invalid(field: field + ".pauses", problem: "is past all schedules")
            }
            at += Int64(pause)
            changes.append(ZoneSlice.Change(at: at, offset: Int(offset)))
        }
        guard
            let slice = ZoneSlice(
                name: self.name,
                initialOffset: Int(self.initialOffset),
                changes: changes,
                rule: self.rule.isEmpty ? nil : self.rule
            )
        else { throw WireError.invalid(field: field, problem: "is not the rules of a zone") }
        return slice
    }
}
