// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowSchedulerCore
import FlowTesting

/// The server's side of a session; a class, so that its core is changed where it is.
final class SimulatedSession {
    let number: Int
    var core: AgentSessionCore

    init(number: Int, core: AgentSessionCore) { (self.number, self.core) = (number, core) }
}

/// A host: an agent's core, its ledger, its clocks and what runs on it.
///
/// A class so that reading one of its values does not copy all of them; a history has its own hosts.
final class SimulatedHost {
    let id: AgentID
    var ledger: SimulatedLedger
    var core: AgentCore?
    /// Counts restarts: what belongs to an earlier life is void.
    var life = 0
    /// Counts connections.
    var session = 0
    /// The server's side of the present one, once it has welcomed the host.
    var served: SimulatedSession?
    var isLinked = false
    /// When the last message of either direction arrives.
    var sentUntil: Int64 = 0
    var receivedUntil: Int64 = 0
    var isConnecting = false
    var wakeAt: Int64?
    var outstanding: [LedgerOperation]?
    var running: [ExecutionID: Int] = [:]
    /// Those that were told to end; kept in histories with workflows.
    var stopped: Set<ExecutionID> = []
    /// Of which job they are.
    var jobs: [ExecutionID: JobUID] = [:]
    /// The boot clock runs fast or slow by this; parts per million.
    let drift: Int64
    let bootBase: Int64
    /// Whether the agent's clock was about right once in this life.
    var wasRight = false
    /// When the agent's clock was last compared with the truth.
    var lookedAt: Int64?
    /// When the present connection was made.
    var linkedAt: Int64?
    var isWelcomed = false
    var welcomedAt: Int64?
    /// Whether the next life begins with a boot of the host.
    var hasRebooted = true
    /// Until when its ledger can't be written, nothing it says arrives, and nothing reaches it; microseconds since the start.
    var fullUntil: Int64 = 0
    var unheardUntil: Int64 = 0
    var deafUntil: Int64 = 0
    /// How far the wall clock is off; microseconds.
    var wallError: Int64

    init(id: AgentID, random: inout SplitMix64, mutant: Mutant?) {
        self.id = id
        self.ledger = SimulatedLedger(incarnation: "incarnation-\(id)", mutant: mutant)
        self.drift = Int64.random(in: -100...100, using: &random)
        self.bootBase = Int64.random(in: 1_000_000...9_000_000_000, using: &random)
        self.wallError = Int64.random(in: -40_000...40_000, using: &random)
    }

    func reading(at now: Int64) -> ClockReading {
        ClockReading(
            boot: self.bootBase + now + now * self.drift / 1_000_000,
            wall: Simulation.epoch + now + self.wallError
        )
    }

    /// The first moment at which the boot clock shows this reading.
    func time(ofBoot boot: Int64) -> Int64 {
        let elapsed = boot - self.bootBase
        var time = elapsed - elapsed * self.drift / 1_000_000 - 2
        while self.reading(at: time).boot < boot { time += 1 }
        return time
    }
}
