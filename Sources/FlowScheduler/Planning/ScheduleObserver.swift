// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Whoever plans fires; told of every change of a job after it is durable.
package protocol ScheduleObserver: Sendable {
    /// The job is new or has a new version.
    func jobChanged(_ job: Job) async
    func jobDeleted(_ job: JobUID) async
    /// The scheduler was stopped or started.
    func schedulerChanged() async
}

extension ScheduleObserver {
    /// Whoever plans nothing by itself has nothing to do.
    package func schedulerChanged() async {}
}
