// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A report that goes out by mail, once for each day, week or month.
package struct ReportMail: Hashable, Sendable {
    /// A span that has ended, and when it is told of.
    package struct Due: Hashable, Sendable {
        package let at: Timestamp
        package let from: Timestamp
        /// Excluded.
        package let until: Timestamp

        package init(at: Timestamp, from: Timestamp, until: Timestamp) {
            self.at = at
            self.from = from
            self.until = until
        }
    }

    package let id: Int64
    package var draft: ReportMailDraft
    package let createdBy: String
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    /// The next one; nil while it is switched off.
    package var next: Due?
    /// When the last one was handed to the messages on their way.
    package var lastAt: Timestamp?

    /// So many there may be.
    package static let limit = 200

    package init(
        id: Int64,
        draft: ReportMailDraft,
        createdBy: String,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        next: Due?,
        lastAt: Timestamp? = nil
    ) {
        self.id = id
        self.draft = draft
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.next = next
        self.lastAt = lastAt
    }
}

/// What somebody wants a report by mail to be.
package struct ReportMailDraft: Hashable, Sendable, Codable {
    package enum Span: String, Codable, Sendable, CaseIterable {
        case day
        /// Monday to Sunday.
        case week
        case month
    }

    /// 1 to 128 characters; it stands in the mail's subject.
    package var name: String
    package var isEnabled: Bool
    package var span: Span
    /// Whose days, and whose clock.
    package var timeZone: String
    /// When it is sent, on the day after the span: minutes since midnight, 0 to 1439.
    package var minute: Int
    /// Of which groups' jobs; empty = of everything.
    package var groups: [GroupID]
    /// A channel for mail; nil = the first one.
    package var channel: String?
    /// Empty = the channel's own.
    package var recipients: [String]
    /// `en` or `zh`.
    package var language: String

    package init(
        name: String,
        isEnabled: Bool = true,
        span: Span,
        timeZone: String,
        minute: Int,
        groups: [GroupID] = [],
        channel: String? = nil,
        recipients: [String] = [],
        language: Language = .english
    ) {
        self.name = name
        self.isEnabled = isEnabled
        self.span = span
        self.timeZone = timeZone
        self.minute = minute
        self.groups = groups
        self.channel = channel
        self.recipients = recipients
        self.language = language.rawValue
    }

    /// Of which jobs it tells.
    package var scope: Scope { self.groups.isEmpty ? .all : .groups(Set(self.groups)) }

    /// Whether two are sent at the same times.
    package func isTimed(like other: ReportMailDraft) -> Bool {
        self.isEnabled == other.isEnabled && self.span == other.span && self.timeZone == other.timeZone
            && self.minute == other.minute
    }
}
