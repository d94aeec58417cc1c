// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whether schedules fire at all.
package protocol SchedulerStore: Sendable {
    func scheduler() async throws -> SchedulerState
    /// From the moment this has returned, ``ScheduleStore/fire(_:online:recent:at:)`` fires nothing.
    ///
    /// A scheduler that is stopped already stays as it is.
    func stopScheduler(reason: String?, by change: Change) async throws -> SchedulerState
    /// A scheduler that runs stays as it is.
    func startScheduler(by change: Change) async throws -> SchedulerState
    /// The stop that an instant lies in; of one that goes on, everything behind its beginning does.
    func schedulerStop(at instant: Timestamp) async throws -> SchedulerStop?
}
