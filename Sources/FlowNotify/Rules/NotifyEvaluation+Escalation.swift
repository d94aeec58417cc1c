// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What else an open incident is told of for, and when.
extension NotifyEvaluation {
    /// Tells whoever is next of what nobody has acknowledged.
    ///
    /// Of several steps that came due while no server was up each is told: they are different people.
    mutating func escalate(_ incident: inout NotifyIncident) {
        while let due = incident.escalatesAt, due <= self.now {
            incident.escalated += 1
            incident.sentCount += 1
            self.messages.append(
                NotifyMessage(incident: incident, purpose: .escalation, number: incident.escalated)
            )
        }
    }
}

extension NotifyIncident {
    /// Whether the channels of its rule are told of it at this time.
    func tells(at now: Timestamp) -> Bool {
        if self.state != .open || self.isRecovering || self.heldBack != nil { return true }
        return [self.updatesAt, self.remindsAt].contains { due in due.map { $0 <= now } ?? false }
    }

    /// When the next of all messages is due, at the latest `end`.
    func dueNext(before end: Timestamp) -> Timestamp {
        [self.updatesAt, self.remindsAt, self.escalatesAt].compactMap(\.self).reduce(end) { min($0, $1) }
    }

    /// When new events are told of.
    private var updatesAt: Timestamp? {
        guard self.unsent > 0 else { return nil }
        return (self.lastSentAt ?? self.updatedAt).advanced(byMilliseconds: NotifyEvaluation.groupInterval)
    }

    private var remindsAt: Timestamp? {
        guard case .every(let milliseconds) = self.rule.effectiveRepetition, self.acknowledgedBy == nil else {
            return nil
        }
        let pause = max(milliseconds, NotifyEvaluation.groupInterval)
        return (self.lastSentAt ?? self.updatedAt).advanced(byMilliseconds: pause)
    }
}
