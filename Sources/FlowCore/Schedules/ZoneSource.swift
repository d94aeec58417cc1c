// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whoever knows the rules of time zones.
package protocol ZoneSource: Sendable {
    /// - Throws: ``ScheduleError/Code/unknownZone`` when there is no such zone.
    func rules(named name: String) throws(ScheduleError) -> ZoneRules
}
