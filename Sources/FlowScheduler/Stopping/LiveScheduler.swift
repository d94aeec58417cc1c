// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// Whether schedules fire at all, as this server knows it.
///
/// A cache: the store refuses to fire whatever is said here. Who asks, asks at the moment of use.
package final class LiveScheduler: Sendable {
    private let state: Mutex<SchedulerState>
    /// Of each host that was in maintenance the newest, and the highest revision of all.
    private let maintenances = Mutex((revision: Int64(0), hosts: [AgentID: HostMaintenance]()))

    package init(_ state: SchedulerState = SchedulerState()) { self.state = Mutex(state) }

    package var now: SchedulerState { self.state.withLock { $0 } }

    /// - Returns: whether it is news; of two changes that come in the wrong order the older is dropped.
    @discardableResult
    package func take(_ state: SchedulerState) -> Bool {
        self.state.withLock { known in
            guard state.revision > known.revision else { return false }
            known = state
            return true
        }
    }

    // MARK: Hosts in maintenance

    package var maintenanceRevision: Int64 { self.maintenances.withLock { $0.revision } }

    /// The newest of a host, over or not.
    package func maintenance(of agent: AgentID) -> HostMaintenance {
        self.maintenances.withLock { $0.hosts[agent] } ?? HostMaintenance()
    }

    /// Of two changes of one host that come in the wrong order the older is dropped.
    ///
    /// - Returns: the hosts of which it is news.
    @discardableResult
    package func take(_ changed: [AgentID: HostMaintenance]) -> [AgentID] {
        self.maintenances.withLock { known in
            let news = changed.filter { $1.revision > known.hosts[$0]?.revision ?? 0 }
            known.hosts.merge(news) { $1 }
            known.revision = max(known.revision, news.values.map(\.revision).max() ?? 0)
            return news.keys.sorted()
        }
    }
}
