// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import Synchronization

@testable import FlowAPI

/// A gateway that notes what it is asked and connects nobody.
final class RecordingGateway: AgentGateway {
    struct Record: Sendable {
        var delivered: [AgentID: [Order]] = [:]
        var cancelled: [(id: ExecutionID, agent: AgentID, force: Bool)] = []
        var configurationChanges = 0
        var disconnected: [AgentID] = []
        var presences: [AgentID: AgentPresence] = [:]
        var duplicates: [AgentID: [DuplicateAgent]] = [:]
        var rollout: [AgentID: JobRollout] = [:]
    }

    fileprivate let state = Mutex(Record())

    var record: Record { self.state.withLock { $0 } }
    var presences: [AgentID: AgentPresence] { self.state.withLock { $0.presences } }

    var duplicates: [AgentID: [DuplicateAgent]] { self.state.withLock { $0.duplicates } }

    func deliver(_ orders: [AgentID: [Order]]) async {
        self.state.withLock { $0.delivered.merge(orders) { $0 + $1 } }
    }

    func cancel(_ execution: ExecutionID, on agent: AgentID, force: Bool) async {
        self.state.withLock { $0.cancelled.append((execution, agent, force)) }
    }

    func roll(_ agent: AgentID, to state: JobRollout) { self.state.withLock { $0.rollout[agent] = state } }

    func rollout(of job: JobUID, version: Int64, on agents: [AgentID]) async -> [AgentID: JobRollout] {
        self.state.withLock { $0.rollout.filter { agents.contains($0.key) } }
    }

    func configurationChanged() async { self.state.withLock { $0.configurationChanges += 1 } }

    func disconnect(_ agent: AgentID, reason: String) async {
        self.state.withLock {
            $0.disconnected.append(agent)
            $0.presences[agent] = nil
        }
    }

    func connect(_ agent: AgentID, at now: Timestamp) {
        self.state.withLock {
            $0.presences[agent] = AgentPresence(
                connectedAt: now,
                lastHeartbeat: now,
                configVersion: 3,
                address: "192.0.2.7"
            )
        }
    }
}

extension RecordingGateway {
    /// A connected agent's heartbeat.
    func heard(_ agent: AgentID, at now: Timestamp, running: [ExecutionID]) {
        self.state.withLock {
            $0.presences[agent]?.lastHeartbeat = now
            $0.presences[agent]?.running = running
        }
    }
}

/// A planner that notes which jobs it was told of.
final class RecordingObserver: ScheduleObserver {
    private let state = Mutex<(changed: [Job], deleted: [JobUID])>(([], []))

    var changed: [Job] { self.state.withLock { $0.changed } }
    var deleted: [JobUID] { self.state.withLock { $0.deleted } }

    func jobChanged(_ job: Job) async { self.state.withLock { $0.changed.append(job) } }
    func jobDeleted(_ job: JobUID) async { self.state.withLock { $0.deleted.append(job) } }
}

/// A clock that stands still until it is moved.
final class ManualClock: WallClock {
    private let instant: Mutex<Timestamp>

    init(_ instant: Timestamp) { self.instant = Mutex(instant) }

    var now: Timestamp { self.instant.withLock { $0 } }
    var microseconds: Int64 { self.now.milliseconds * 1000 }

    func set(_ instant: Timestamp) { self.instant.withLock { $0 = instant } }

    func advance(seconds: Int64) {
        self.instant.withLock { $0 = $0.advanced(byMilliseconds: seconds * 1000) }
    }
}

struct FixedMetrics: MetricsSource {
    let reason = LockedBox<Wording?>(nil)

    func exposition() async -> String { "quartzflow_fires_total 3\n" }
    func notReady() async -> Wording? { self.reason.value }
}
