// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Whether the agent still belongs to a server.
enum Standing: Hashable, Sendable {
    case member
    /// A server said that it does not know this agent; the schedule ends at this boot clock reading unless one welcomes it.
    case leaving(at: Int64)
    /// The schedule stands still, until a server welcomes the agent.
    case dismissed
}

extension AgentCore {
    /// A server that proved its identity does not know this agent: it was deleted, or the server lost its database.
    ///
    /// What runs goes on to its end, and records and reports stay.
    mutating func dismiss(_ reason: String, at reading: ClockReading) {
        guard case .member = self.standing else { return }
        let end = reading.boot.addingSaturated(self.configuration.dismissalGrace)
        self.standing = .leaving(at: end)
        if self.configuration.dismissalGrace > 0 {
            self.effects.append(
                .note(.dismissalAnnounced(reason: reason, microseconds: self.configuration.dismissalGrace))
            )
        }
        self.leaveIfDue(at: reading)
    }

    /// The host with this identity is alive and is another one: this is a copy of it, and runs nothing from now on (R14).
    mutating func stopAsCopy(at reading: ClockReading) {
        guard self.standing != .dismissed else { return }
        self.standing = .leaving(at: reading.boot)
        self.leaveIfDue(at: reading)
    }

    mutating func leaveIfDue(at reading: ClockReading) {
        guard case .leaving(let end) = self.standing, reading.boot >= end else { return }
        self.standing = .dismissed
        self.pipeline.add(.setDismissed(true))
        self.effects.append(.note(.dismissed))
    }

    /// A welcome ends it: what came due meanwhile is late, and the jobs' policies say what becomes of it.
    mutating func rejoin() {
        if self.standing == .dismissed { self.pipeline.add(.setDismissed(false)) }
        self.standing = .member
    }
}
