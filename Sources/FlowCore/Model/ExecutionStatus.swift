// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where an execution stands (`docs/states.md`, `semantics.md` 2).
///
/// The raw values are S1's numbers in the REST API and the database, with our additions from 7 on (C-04).
package enum ExecutionStatus: Int, Codable, Sendable, CaseIterable {
    case pending = 1
    case running = 2
    case success = 3
    case failure = 4
    case timeout = 5
    case cancelled = 6
    case skipped = 7

    /// Upper-case word for people and the API.
    package var name: String {
        switch self {
        case .pending: "PENDING"
        case .running: "RUNNING"
        case .success: "SUCCESS"
        case .failure: "FAILURE"
        case .timeout: "TIMEOUT"
        case .cancelled: "CANCELLED"
        case .skipped: "SKIPPED"
        }
    }

    package var isTerminal: Bool { self != .pending && self != .running }

    /// The transitions an agent's own records may make.
    ///
    /// A retry goes back to pending under the same id.
    package func canBecome(_ next: ExecutionStatus) -> Bool {
        switch (self, next) {
        case (.pending, .running), (.pending, .cancelled), (.pending, .skipped), (.pending, .failure): true
        case (.running, .success), (.running, .failure), (.running, .timeout), (.running, .cancelled): true
        case (.running, .pending): true
        default: false
        }
    }
}

/// Why an execution is in its state.
///
/// Bounded, so that it can label metrics.
package enum ExecutionReason: String, Codable, Sendable, CaseIterable {
    // SKIPPED
    case overlap = "OVERLAP"
    case misfire = "MISFIRE"
    case misfireCoalesced = "MISFIRE_COALESCED"
    case disabled = "DISABLED"
    case staleConfig = "STALE_CONFIG"
    case deadline = "DEADLINE"
    case agentOffline = "AGENT_OFFLINE"
    case policyDenied = "POLICY_DENIED"
    case queueFull = "QUEUE_FULL"
    /// Another host has taken it over.
    case moved = "MOVED"
    /// No host could take it in time.
    case noHost = "NO_HOST"
    /// Its host is in maintenance.
    case maintenance = "MAINTENANCE"
    /// No further wave of its run begins; CANCELLED where a person stopped them.
    case waveStopped = "WAVE_STOPPED"
    /// Another item of its list failed, and nothing more of that begins then.
    case itemStopped = "ITEM_STOPPED"
    // FAILURE
    case exitCode = "EXIT"
    case signal = "SIGNAL"
    case spawn = "SPAWN"
    case interrupted = "INTERRUPTED"
    case lost = "LOST"
    case httpStatus = "HTTP_STATUS"
    case request = "REQUEST"
    // CANCELLED and PENDING
    case requested = "REQUESTED"
    case awaitingRetry = "AWAITING_RETRY"
    case queued = "QUEUED"
    case waitingHost = "WAITING_HOST"
    case waitingWave = "WAITING_WAVE"
}

/// Who decided the state that is stored.
package enum Decider: String, Codable, Sendable {
    /// The agent that ran it: the truth (S1-FR-5.4).
    case agent
    /// Inferred by the server; provisional until the agent reports.
    case server
}
