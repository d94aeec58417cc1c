// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Reports by mail, as people handle them.
extension NotificationService {
    /// Reports about a group in the scope; those about everything are for who may read everything.
    package func reportMails(as principal: Principal) async throws -> [ReportMail] {
        let scope = try principal.require(.notifyRead)
        return try await self.store.reportMails().filter { scope.touches($0.draft.groups) }
    }

    package func createReportMail(_ draft: ReportMailDraft, as principal: Principal) async throws -> ReportMail {
        try await self.require(draft, as: principal)
        let now = self.clock.now
        return try await self.store.createReportMail(
            draft,
            next: Self.next(draft, at: now),
            by: principal.change(at: now)
        )
    }

    package func updateReportMail(
        _ id: Int64,
        to draft: ReportMailDraft,
        as principal: Principal
    ) async throws -> ReportMail {
        try await self.requireOwn(id, as: principal)
        try await self.require(draft, as: principal)
        let now = self.clock.now
        return try await self.store.updateReportMail(
            id,
            to: draft,
            next: Self.next(draft, at: now),
            by: principal.change(at: now)
        )
    }

    package func deleteReportMail(_ id: Int64, as principal: Principal) async throws {
        try await self.requireOwn(id, as: principal)
        try await self.store.deleteReportMail(id, by: principal.change(at: self.clock.now))
    }

    /// Sends the report of the span that ended last, once more and beside its schedule.
    package func sendReportMail(_ id: Int64, as principal: Principal) async throws -> NotifyDelivery {
        let mail = try await self.requireOwn(id, as: principal)
        // Who has it written now has to be allowed to see what it says.
        try principal.require(.executionsRead, onAll: mail.draft.groups, visible: principal.scope(of: .groupsRead))
        guard let due = ReportMailPlan(mail.draft).last(at: self.clock.now) else { throw StoreFault.noReportMail(id) }
        let delivery = try await ReportMailer(store: self.store, clock: self.clock)
            .delivery(of: mail, due, id: DeliveryID(uuid: self.makeUUID()))
        try await self.store.saveDeliveries([delivery])
        return delivery
    }

    private static func next(_ draft: ReportMailDraft, at now: Timestamp) -> ReportMail.Due? {
        draft.isEnabled ? ReportMailPlan(draft).next(after: now) : nil
    }

    @discardableResult
    private func requireOwn(_ id: Int64, as principal: Principal) async throws -> ReportMail {
        guard let known = try await self.reportMails(as: principal).first(where: { $0.id == id }) else {
            throw StoreFault.noReportMail(id)
        }
        try principal.require(.notifyWrite, onAll: known.draft.groups, visible: principal.scope(of: .groupsRead))
        return known
    }

    /// Whoever has figures sent has to be allowed to see them.
    private func require(_ draft: ReportMailDraft, as principal: Principal) async throws {
        try principal.require(.notifyWrite)
        try principal.require(.channelsUse)
        var validator = NotifyValidator(channels: nil)
        validator.check(draft, over: try await self.store.notifyChannels())
        validator.faults.require(draft.groups.count <= 100, "group_ids", "too_many", "at most 100 groups")
        for (index, group) in draft.groups.prefix(100).enumerated() where try await self.store.group(group) == nil {
            validator.faults.add("group_ids[\(index)]", "not_found", "there is no group \(group)")
        }
        try validator.faults.check("The report by mail is not valid")
        let visible = principal.scope(of: .groupsRead)
        try principal.require(.notifyWrite, onAll: draft.groups, visible: visible)
        try principal.require(.executionsRead, onAll: draft.groups, visible: visible)
    }
}
