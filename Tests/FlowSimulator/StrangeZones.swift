// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The zone files of a host that is not the server: one zone is a second off there, or not there at all (R12).
struct StrangeZones: ZoneSource {
    static let name = "Europe/Berlin"

    let lacks: Bool

    func rules(named name: String) throws(ScheduleError) -> ZoneRules {
        guard name == Self.name else { return try ZoneDatabase.shared.rules(named: name) }
        guard !self.lacks, let slice = ZoneSlice(name: name, initialOffset: 3601, changes: [], rule: nil) else {
            throw ScheduleError(.unknownZone, "'\(name)' is not a time zone of this host")
        }
        return ZoneRules(slice)
    }
}
