// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A time in which the agent has no connection to a server (R13).
package struct Absence: Hashable, Sendable, Codable {
    /// When there was one last, as far as this agent knows: how long jobs go on counts from here.
    package var heard: Timestamp
    /// Since when an agent that lived had none; what came due before that was missed for other reasons.
    package var since: Timestamp
    /// When a server was there again; nil so long as none is.
    package var until: Timestamp?

    /// How many that are over are remembered: fires of one are decided with the welcome that ends it, or when the scheduler goes on.
    package static let mostRemembered = 8

    package init(heard: Timestamp, since: Timestamp, until: Timestamp? = nil) {
        self.heard = heard
        self.since = since
        self.until = until
    }

    /// From when on a job does not fire in it, so long as it lasts.
    func bar(of policies: Policies) -> Timestamp? {
        policies.aloneMilliseconds.map { max(self.since, self.heard.advanced(byMilliseconds: $0)) }
    }
}
