// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Who is told as well when nobody acknowledges what still does not work.
package struct NotifyEscalation: Hashable, Sendable, Codable {
    /// After the incident's first message.
    package var afterSeconds: Int
    package var channels: [NotifyTarget]

    package init(afterSeconds: Int, channels: [NotifyTarget]) {
        self.afterSeconds = afterSeconds
        self.channels = channels
    }

    /// Steps of one rule.
    package static let limit = 5
    package static let range = 60...604_800
}

extension NotifyRule {
    /// Everybody that it may tell.
    package var targets: [NotifyTarget] { self.channels + (self.escalation ?? []).flatMap(\.channels) }
}

extension NotifyIncident {
    /// When the next step is due; nil when there is none, or nobody has to be told.
    package var escalatesAt: Timestamp? {
        guard self.state == .open, !self.isRecovering, self.acknowledgedBy == nil, !self.failing.isEmpty,
            let first = self.firstSentAt, let steps = self.rule.escalation, self.escalated < steps.count
        else { return nil }
        return first.advanced(byMilliseconds: Int64(steps[self.escalated].afterSeconds) * 1000)
    }
}
