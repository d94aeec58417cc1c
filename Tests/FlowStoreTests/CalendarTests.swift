// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("Calendars, stored")
struct CalendarTests {
    private static let change = Change(by: .user(1, "ada"), at: World.start)

    private static func days(_ first: Int) -> [CalendarEntry] {
        [
            CalendarEntry(name: "Tag der Arbeit", time: .days(first: first, last: first + 1, yearly: true)),
            CalendarEntry(name: "Wartung", time: .span(from: World.start, to: World.start.advanced(byMilliseconds: 5))),
        ]
    }

    private func withStore(
        _ kind: StoreKind,
        _ body: (World, any Store & CalendarStore) async throws -> Void
    ) async throws {
        try await kind.withWorld { world in
            try await body(world, try #require(world.store as? any Store & CalendarStore))
        }
    }

    private func set(
        _ store: any CalendarStore,
        _ name: String,
        _ expected: Int64,
        _ first: Int
    ) async throws
        -> (calendar: HolidayCalendar, jobs: [ChangedJob])
    {
        try await store.setCalendar(
            named: name,
            expected: expected,
            description: "d",
            entries: Self.days(first),
            by: Self.change
        )
    }

    private func definition(_ name: String, _ calendar: HolidayCalendar) -> JobDefinition {
        var definition = World.definition(name)
        definition.schedule = .cron(expression: "0 0 * * *", timeZone: "UTC", dst: .debian).limited(
            ScheduleLimits(
                calendars: ScheduleCalendars(timeZone: "UTC", uses: [CalendarUse(calendar, onBlackout: .skip)])
            )
        )
        return definition
    }

    private func create(_ store: any Store, _ definition: JobDefinition) async throws -> Job {
        try await store.createJob(
            uid: JobUID(uuid: UUID()),
            definition: definition,
            isEnabled: true,
            nextFire: World.start,
            by: "ada",
            at: World.start
        )
    }

    @Test(
        "A calendar is found as it was stored, changed from the revision that was read, and deleted",
        arguments: StoreKind.allCases
    )
    func stores(_ kind: StoreKind) async throws {
        try await self.withStore(kind) { _, store in
            let made = try await self.set(store, "de", 0, 20_000)
            #expect(made.calendar.revision == 1 && made.calendar.entries == Self.days(20_000) && made.jobs.isEmpty)
            #expect(try await store.calendar(named: "de") == made.calendar)
            #expect(try await self.set(store, "de", 1, 20_000).calendar.revision == 1, "nothing changed")
            #expect(try await self.set(store, "de", 1, 20_010).calendar.revision == 2)
            await expectError(.conflict) { _ = try await self.set(store, "de", 1, 20_020) }
            _ = try await self.set(store, "at", 0, 20_000)
            #expect(try await store.calendars().map(\.name) == ["at", "de"])
            try await store.deleteCalendar(named: "at", by: Self.change)
            await expectError(.notFound) { try await store.deleteCalendar(named: "at", by: Self.change) }
            #expect(try await store.calendars().map(\.name) == ["de"])
        }
    }

    @Test(
        "A change makes a new version of the jobs that keep to it, planned anew, and of no other",
        arguments: StoreKind.allCases
    )
    func renews(_ kind: StoreKind) async throws {
        try await self.withStore(kind) { world, store in
            let today = Int(World.start.seconds / 86_400)
            let calendar = try await self.set(store, "de", 0, today + 100).calendar
            let other = try await self.set(store, "at", 0, today + 100).calendar
            let job = try await self.create(store, self.definition("keeps", calendar))
            let free = try await self.create(store, self.definition("other", other))
            let off = try await self.create(store, self.definition("off", calendar))
            _ = try await store.updateJob(
                off.id,
                definition: off.definition,
                isEnabled: false,
                nextFire: nil,
                expectedVersion: nil,
                at: World.start
            )
            let changed = try await self.set(store, "de", 1, today + 1)
            #expect(changed.jobs.map(\.job.id) == [job.id, off.id])
            let renewed = try #require(try await store.job(job.id))
            #expect(
                renewed.version == 2
                    && renewed.definition.schedule == job.definition.schedule.updated(to: changed.calendar)
            )
            // Tomorrow and the day after are taken now.
            #expect(renewed.nextFire == Timestamp(seconds: Int64(today + 3) * 86_400))
            let rests = try #require(try await store.job(off.id))
            #expect(!rests.isEnabled && rests.nextFire == nil && rests.version == 3)
            #expect(try await store.job(free.id) == free)
        }
    }

    @Test(
        "A calendar in use is not deleted, and a job with old times of one is not stored",
        arguments: StoreKind.allCases
    )
    func inUse(_ kind: StoreKind) async throws {
        try await self.withStore(kind) { world, store in
            let old = try await self.set(store, "de", 0, 20_000).calendar
            let job = try await self.create(store, self.definition("keeps", old))
            #expect(try await store.jobs(keepingTo: "de").map(\.id) == [job.id])
            let message = await expectError(.inUse) { try await store.deleteCalendar(named: "de", by: Self.change) }
            #expect(message.contains("The calendar 'de' is used by 'keeps' (task \(job.id))"))
            _ = try await self.set(store, "de", 1, 20_010)
            await expectError(.conflict) { _ = try await self.create(store, self.definition("late", old)) }
            await expectError(.conflict) {
                _ = try await store.updateJob(
                    job.id,
                    definition: self.definition("keeps", old),
                    isEnabled: true,
                    nextFire: nil,
                    expectedVersion: nil,
                    at: World.start
                )
            }
            _ = try await store.deleteJob(job.id, at: World.start)
            try await store.deleteCalendar(named: "de", by: Self.change)
        }
    }
}
