// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What else an open incident is told of for, and when.
extension NotifyEvaluation {
    /// When the next message of an incident is due, at the latest its end where nothing is heard of it from then on.
    func dueNext(_ incident: NotifyIncident, since instant: Timestamp) -> Timestamp {
        incident.dueNext(
            before: instant.advanced(byMilliseconds: Self.staleAfter),
            every: self.pace.groupInterval
        )
    }

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
    ///
    /// - Parameter interval: between two messages; milliseconds.
    func tells(at now: Timestamp, every interval: Int64) -> Bool {
        if self.state != .open || self.isRecovering || self.heldBack != nil { return true }
        return [self.updatesAt(every: interval), self.remindsAt(every: interval)].contains { due in
            due.map { $0 <= now } ?? false
        }
    }

    /// When the next of all messages is due, at the latest `end`.
    func dueNext(before end: Timestamp, every interval: Int64) -> Timestamp {
        [self.updatesAt(every: interval), self.remindsAt(every: interval), self.escalatesAt].compactMap(\.self)
            .reduce(end) { min($0, $1) }
    }

    /// When new events are told of.
    private func updatesAt(every interval: Int64) -> Timestamp? {
        guard self.unsent > 0 else { return nil }
        return (self.lastSentAt ?? self.updatedAt).advanced(byMilliseconds: interval)
    }

    private func remindsAt(every interval: Int64) -> Timestamp? {
        guard case .every(let milliseconds) = self.rule.effectiveRepetition, self.acknowledgedBy == nil else {
            return nil
        }
        let pause = max(milliseconds, interval)
        return (self.lastSentAt ?? self.updatedAt).advanced(byMilliseconds: pause)
    }
}
