// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Where the agent stands in telling its ledger again.
///
/// A server whose database was restored from a copy lacks reports that it had acknowledged; those that are still in the outbox
/// are sent again (R5). What is gone from there as well is told from the ledger, which has the last state of everything of the
/// last seven days: each row whose last report is among the lost ones is reported anew.
enum Recital: Hashable, Sendable {
    case none
    /// What is to be told is being written down; no report leaves before that is durable, because the first one tells the server
    /// that the agent knows what it lacks.
    case beginning
    /// The next step can be taken.
    case underWay
    /// A step is being written.
    case stepping
}

extension AgentCore {
    /// Reports may wait in the outbox beside those of a recital: it takes its next step when fewer do.
    private static let longestBacklog: Int64 = 500

    /// - Parameters:
    ///   - after: the last report that the server has.
    ///   - through: the last that is not in the outbox any more.
    mutating func beginRecital(after: Int64, through: Int64) {
        guard after < through else { return }
        self.recital = .beginning
        self.pipeline.add(.beginRecital(after: after, through: through), then: .recitalBegun)
    }

    /// Takes the next step when the server has most of what was said so far.
    mutating func recite() {
        guard self.recital == .underWay, self.isWelcomed, self.trouble == nil,
            self.outbox.last - self.outbox.acknowledged < Self.longestBacklog
        else { return }
        self.recital = .stepping
        self.pipeline.add(.recite, then: .recited)
    }
}
