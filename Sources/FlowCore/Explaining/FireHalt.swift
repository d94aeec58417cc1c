// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What kept a host from firing by schedule at an instant, wanted by somebody.
struct FireHalt {
    let text: FireExplanation.Text
    let rule: FireExplanation.Rule
    /// It goes on.
    let isOpen: Bool
}

extension FireFacts {
    /// The scheduler's stop, or else the host's maintenance.
    func halt(of host: AgentID) -> FireHalt? {
        if let stop { return FireHalt(text: stop.text, rule: .scheduler, isOpen: stop.until == nil) }
        return self.maintenances[host].map {
            FireHalt(text: $0.text, rule: .maintenance, isOpen: $0.covers(self.now))
        }
    }
}
