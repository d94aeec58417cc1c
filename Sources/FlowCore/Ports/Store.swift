// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The server's durable state.
///
/// Composed of one protocol per role. Each call is one transaction unless its documentation says otherwise; when it has
/// returned, what it did survives a power cut. Every adapter passes the conformance suite of `FlowStoreTests`. Failures
/// are ``CoreError``s: `notFound`, `nameTaken`, `conflict`, `inUse` where they are the caller's, `unavailable` or `internal`
/// where they are the store's.
package protocol Store:
    JobStore, GroupStore, AgentStore, SessionStore, ScheduleStore, ExecutionStore, LogStore, UserStore, InsightStore,
    AuditStore, UpkeepStore, APITokenStore, SecretStore, SchedulerStore, MaintenanceStore
{
    /// Waits for what is in progress and lets go of the database.
    func close() async throws
}

/// One page of a list.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    package let total: Int
    /// False when counting stopped at a bound: there are at least `total`.
    package let isTotalExact: Bool

    package init(items: [Item], total: Int, isTotalExact: Bool = true) {
        self.items = items
        self.total = total
        self.isTotalExact = isTotalExact
    }
}

/// Which page: 1-based number and rows per page.
package struct PageRequest: Hashable, Sendable {
    package let number: Int
    package let size: Int

    package init(number: Int = 1, size: Int = 20) {
        self.number = max(1, number)
        self.size = min(max(1, size), 500)
    }

    package var offset: Int { (self.number - 1) * self.size }
}
