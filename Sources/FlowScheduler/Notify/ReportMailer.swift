// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowNotify

/// Writes the reports whose time has come and hands them to the messages on their way.
///
/// Each span is told of once, also over restarts and by several servers: a report's message and the time of the next one
/// are written in the same transaction, and only by whoever still finds the report where it was.
package struct ReportMailer: Sendable {
    /// Reports in one round.
    private static let width = 50

    private let store: any Store & NotifyStore
    private let clock: any WallClock
    private let address: String?

    /// - Parameter address: of the console, for links.
    package init(store: any Store & NotifyStore, clock: any WallClock, address: String? = nil) {
        self.store = store
        self.clock = clock
        self.address = address
    }

    /// - Returns: how many were sent.
    @discardableResult
    package func sendDue() async throws -> Int {
        let now = self.clock.now
        var count = 0
        for mail in try await self.store.dueReportMails(at: now, limit: Self.width) {
            guard let due = mail.next else { continue }
            let plan = ReportMailPlan(mail.draft)
            let delivery = try await self.delivery(of: mail, due, id: .report(mail.id, due))
            let next = plan.next(behind: due, at: now)
            if try await self.store.sendReportMail(mail, as: delivery, next: next, at: now) { count += 1 }
        }
        return count
    }

    /// A report's message, as of now.
    func delivery(of mail: ReportMail, _ due: ReportMail.Due, id: DeliveryID) async throws -> NotifyDelivery {
        let draft = mail.draft
        let report = try await InsightService(store: self.store, clock: self.clock)
            .report(from: due.from, until: due.until, limit: ReportMailText.lines, in: draft.scope)
        let zone = (try? ZoneDatabase.shared.rules(named: draft.timeZone)) ?? .universal
        let first = ZoneDay.text(of: due.from, in: zone)
        let last = ZoneDay.text(of: due.until.advanced(byMilliseconds: -1), in: zone)
        let written = ReportMailText(
            report,
            of: draft,
            days: first == last ? first : "\(first) – \(last)",
            address: self.address
        )
        let total = report.total
        let fields = JSON.object([
            .init("event", NotifyDelivery.Purpose.report.rawValue), .init("report", draft.name),
            .init("from", due.from), .init("until", due.until),
            .init("total", total.counts.values.reduce(0, +)), .init("failed", total.failedCount),
            .init("subject", written.subject), .init("text", written.text),
        ])
        return NotifyDelivery(
            id: id,
            incident: nil,
            channel: draft.channel ?? "",
            recipients: draft.recipients,
            purpose: .report,
            ruleName: draft.name,
            jobID: nil,
            groups: draft.groups,
            subject: written.subject,
            text: written.text,
            fields: JSONWriter.text(fields),
            at: self.clock.now
        )
    }
}

extension ReportMailPlan {
    /// By the zone as this server knows it; one that it has lost since counts as UTC, so that the mail goes out.
    init(_ draft: ReportMailDraft) {
        let zone = (try? ZoneDatabase.shared.rules(named: draft.timeZone)) ?? .universal
        self.init(draft.span, minute: draft.minute, zone: zone)
    }
}
