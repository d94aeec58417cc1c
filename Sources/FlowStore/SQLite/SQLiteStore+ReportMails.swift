// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: ReportMailStore {
    package func reportMails() async throws -> [ReportMail] {
        try await self.read { db in try ReportMailTable(db).all() }
    }

    package func createReportMail(
        _ draft: ReportMailDraft,
        next: ReportMail.Due?,
        by change: Change
    ) async throws -> ReportMail {
        try await self.write("create_report_mail") { db in
            let table = ReportMailTable(db)
            guard try table.all().count < ReportMail.limit else { throw StoreFault.tooManyReportMails }
            let mail = try table.insert(draft, next: next, by: change)
            try AuditTable(db).record(
                change,
                .reportMailCreate,
                AuditObject(mail),
                groups: draft.groups,
                after: draft
            )
            return mail
        }
    }

    package func updateReportMail(
        _ id: Int64,
        to draft: ReportMailDraft,
        next: ReportMail.Due?,
        by change: Change
    ) async throws -> ReportMail {
        try await self.write("update_report_mail") { db in
            let table = ReportMailTable(db)
            let before = try table.require(id)
            var mail = before
            mail.draft = draft
            mail.updatedAt = change.at
            // What was due stays due: another receiver does not move it.
            if !draft.isTimed(like: before.draft) { mail.next = next }
            try table.update(mail)
            try AuditTable(db).record(
                change,
                .reportMailUpdate,
                AuditObject(mail),
                groups: before.draft.groups + draft.groups,
                before: before.draft,
                after: draft
            )
            return mail
        }
    }

    package func deleteReportMail(_ id: Int64, by change: Change) async throws {
        try await self.write("delete_report_mail") { db in
            let table = ReportMailTable(db)
            let mail = try table.require(id)
            try table.delete(id)
            try AuditTable(db).record(
                change,
                .reportMailDelete,
                AuditObject(mail),
                groups: mail.draft.groups,
                before: mail.draft
            )
        }
    }

    package func dueReportMails(at now: Timestamp, limit: Int) async throws -> [ReportMail] {
        try await self.read { db in try ReportMailTable(db).due(at: now, limit: limit) }
    }

    package func sendReportMail(
        _ mail: ReportMail,
        as delivery: NotifyDelivery,
        next: ReportMail.Due?,
        at now: Timestamp
    ) async throws -> Bool {
        try await self.write("send_report_mail") { db in
            guard try ReportMailTable(db).move(mail, to: next, at: now) else { return false }
            try DeliveryTable(db).insert(delivery)
            return true
        }
    }
}
