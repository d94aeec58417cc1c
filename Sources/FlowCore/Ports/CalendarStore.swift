// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Calendars that tasks keep to.
package protocol CalendarStore: Sendable {
    /// By name.
    func calendars() async throws -> [HolidayCalendar]
    func calendar(named name: String) async throws -> HolidayCalendar?
    /// Jobs whose present version keeps to a calendar.
    func jobs(keepingTo calendar: String) async throws -> [Job]
    /// Makes a calendar, or changes it; each job that keeps to it gets a new version in the same transaction.
    ///
    /// - Parameter expected: the revision that is replaced; 0 = there is none yet.
    /// - Throws: `conflict` for another revision, or for one calendar too many.
    func setCalendar(
        named name: String,
        expected: Int64,
        description: String,
        entries: [CalendarEntry],
        by change: Change
    ) async throws -> (calendar: HolidayCalendar, jobs: [ChangedJob])
    /// - Throws: `notFound`, `inUse` while a job keeps to it.
    func deleteCalendar(named name: String, by change: Change) async throws
}
