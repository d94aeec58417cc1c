// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Identifies a message to one channel; its receiver gets it as the idempotency key.
package struct DeliveryID: FlowIdentifier {
    package let uuid: UUID
    package init(uuid: UUID) { self.uuid = uuid }
}

/// One message on its way to one channel.
package struct NotifyDelivery: Hashable, Sendable, Codable {
    package enum Purpose: String, Codable, Sendable, CaseIterable {
        case opening, update, reminder, escalation, recovered, digest, test, report
    }

    package enum State: String, Codable, Sendable, CaseIterable {
        /// Waits for its turn, or for its next try.
        case queued
        /// Its sending began; after a crash nobody knows how it ended, so it is sent again under the same id.
        case sending
        case sent
        /// Given up; a person may send it again.
        case dead
        /// It went with a digest.
        case merged
    }

    package let id: DeliveryID
    package let incident: IncidentID?
    /// The channel's name; empty = the first e-mail channel.
    package let channel: String
    package let recipients: [String]
    package let purpose: Purpose
    package let ruleName: String
    package let jobID: JobID?
    package let groups: [GroupID]
    /// Rendered once.
    package let subject: String
    package let text: String
    /// A JSON object for receivers that are programs.
    package let fields: String
    package var state: State
    package var attempts: Int
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    /// When it is tried next; nil when it is not.
    package var dueAt: Timestamp?
    package var lastError: String?

    package init(
        id: DeliveryID,
        incident: IncidentID?,
        channel: String,
        recipients: [String],
        purpose: Purpose,
        ruleName: String,
        jobID: JobID?,
        groups: [GroupID],
        subject: String,
        text: String,
        fields: String,
        at now: Timestamp
    ) {
        self.id = id
        self.incident = incident
        self.channel = channel
        self.recipients = recipients
        self.purpose = purpose
        self.ruleName = ruleName
        self.jobID = jobID
        self.groups = groups
        self.subject = subject
        self.text = text
        self.fields = fields
        self.state = .queued
        self.attempts = 0
        self.createdAt = now
        self.updatedAt = now
        self.dueAt = now
    }

    /// Puts one into the queue again that was sent, or given up.
    ///
    /// Its tries are counted anew, and it goes with no digest: somebody asked for this one.
    package mutating func queue(at now: Timestamp) {
        self.state = .queued
        self.dueAt = now
        self.updatedAt = now
        self.attempts = min(self.attempts, 1)
    }
}
