// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("What a store keeps of reports by mail")
struct ReportMailStoreTests {
    private static let due = ReportMail.Due(
        at: World.start + 60,
        from: World.start.advanced(byMilliseconds: -3_600_000),
        until: World.start
    )
    private static let after = ReportMail.Due(at: World.start + 120, from: World.start, until: World.start + 60)

    private func draft(_ name: String, minute: Int = 0) -> ReportMailDraft {
        ReportMailDraft(
            name: name,
            span: .day,
            timeZone: "UTC",
            minute: minute,
            groups: [2],
            channel: "mail",
            recipients: ["a@example.com"],
            language: .chinese
        )
    }

    private func delivery(_ mail: ReportMail, _ due: ReportMail.Due) -> NotifyDelivery {
        NotifyDelivery(
            id: DeliveryID(uuid: UUID(uuid: (0, 0, 0, 0, 0, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 9, UInt8(mail.id)))),
            incident: nil,
            channel: "mail",
            recipients: [],
            purpose: .report,
            ruleName: mail.draft.name,
            jobID: nil,
            groups: [2],
            subject: "s",
            text: "t",
            fields: "{}",
            at: due.at
        )
    }

    @Test("A report is sent once, and only as it is known", arguments: StoreKind.allCases)
    func once(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any NotifyStore)
            let ada = Change(by: .user(1, "ada"), at: World.start)
            let mail = try await store.createReportMail(self.draft("Day"), next: Self.due, by: ada)
            #expect(mail.createdBy == "ada" && mail.next == Self.due && mail.lastAt == nil)
            #expect(mail.draft == self.draft("Day"))
            #expect(try await store.dueReportMails(at: World.start + 59, limit: 9).isEmpty)
            #expect(try await store.dueReportMails(at: World.start + 60, limit: 9) == [mail])
            let message = self.delivery(mail, Self.due)
            #expect(try await store.sendReportMail(mail, as: message, next: Self.after, at: World.start + 61))
            // A second server has read it before.
            #expect(try await !store.sendReportMail(mail, as: message, next: Self.after, at: World.start + 61))
            #expect(try await store.deliveries(NotifyQuery()).items == [message])
            let sent = try #require(try await store.reportMails().first)
            #expect(sent.next == Self.after && sent.lastAt == World.start + 61)
            // What somebody changes meanwhile goes out as it is then.
            _ = try await store.updateReportMail(mail.id, to: self.draft("Other"), next: nil, by: ada)
            #expect(try await !store.sendReportMail(sent, as: message, next: nil, at: World.start + 120))
            #expect(try await store.reportMails().map(\.next) == [Self.after])
        }
    }

    @Test(
        "A new time counts at once, one that is off is not due, and each change is audited",
        arguments: StoreKind.allCases
    )
    func changes(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any NotifyStore)
            let ada = Change(by: .user(1, "ada"), at: World.start)
            let mail = try await store.createReportMail(self.draft("Day"), next: Self.due, by: ada)
            let moved = try await store.updateReportMail(
                mail.id,
                to: self.draft("Day", minute: 9),
                next: Self.after,
                by: ada
            )
            #expect(moved.next == Self.after)
            var off = self.draft("Day", minute: 9)
            off.isEnabled = false
            #expect(try await store.updateReportMail(mail.id, to: off, next: nil, by: ada).next == nil)
            #expect(try await store.dueReportMails(at: World.start + 9999, limit: 9).isEmpty)
            try await store.deleteReportMail(mail.id, by: ada)
            #expect(try await store.reportMails().isEmpty)
            await expectError(.notFound) { try await store.deleteReportMail(mail.id, by: ada) }
            await expectError(.notFound) { _ = try await store.updateReportMail(mail.id, to: off, next: nil, by: ada) }
        }
    }

    @Test("A channel that sends reports is neither deleted nor renamed", arguments: StoreKind.allCases)
    func channel(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any NotifyStore)
            let ada = Change(by: .user(1, "ada"), at: World.start)
            let channel = try await store.createNotifyChannel(NotifyChannelDraft(name: "mail", kind: .email), by: ada)
            let mail = try await store.createReportMail(self.draft("Day"), next: nil, by: ada)
            await expectError(.inUse) { try await store.deleteNotifyChannel(channel.id, by: ada) }
            try await store.deleteReportMail(mail.id, by: ada)
            try await store.deleteNotifyChannel(channel.id, by: ada)
        }
    }
}
