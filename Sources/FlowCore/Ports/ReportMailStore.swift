// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Reports that go out by mail.
package protocol ReportMailStore: Sendable {
    /// By number; there are ``ReportMail/limit`` at most.
    func reportMails() async throws -> [ReportMail]
    /// - Throws: `conflict` when there are ``ReportMail/limit`` already.
    func createReportMail(
        _ draft: ReportMailDraft,
        next: ReportMail.Due?,
        by change: Change
    ) async throws -> ReportMail
    /// - Throws: `notFound`.
    func updateReportMail(
        _ id: Int64,
        to draft: ReportMailDraft,
        next: ReportMail.Due?,
        by change: Change
    ) async throws -> ReportMail
    /// - Throws: `notFound`.
    func deleteReportMail(_ id: Int64, by change: Change) async throws
    /// Those whose time has come, the oldest first.
    func dueReportMails(at now: Timestamp, limit: Int) async throws -> [ReportMail]
    /// Puts a report's message among those on their way and names the next one, in one transaction.
    ///
    /// - Returns: false when it was sent, changed or deleted meanwhile; nothing is changed then.
    func sendReportMail(
        _ mail: ReportMail,
        as delivery: NotifyDelivery,
        next: ReportMail.Due?,
        at now: Timestamp
    ) async throws -> Bool
}
