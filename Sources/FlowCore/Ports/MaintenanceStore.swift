// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which hosts are kept free of new work, and were.
package protocol MaintenanceStore: Sendable {
    /// What was changed after a revision, of each host the newest.
    func maintenances(after revision: Int64) async throws -> [AgentID: HostMaintenance]
    /// The periods that an instant lies in.
    func maintenances(at instant: Timestamp) async throws -> [AgentID: MaintenancePeriod]
    /// From the moment this has returned nothing is ordered from the host any more.
    ///
    /// One that is in maintenance stays so, with the new end and reason.
    func beginMaintenance(
        of agent: AgentID,
        until: Timestamp,
        reason: String?,
        by change: Change
    ) async throws -> HostMaintenance
    /// A host that is not in maintenance stays as it is.
    func endMaintenance(of agent: AgentID, by change: Change) async throws -> HostMaintenance
}
