// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("An agent whose zone files are not the server's (R12)")
struct AgentCoreRulesTests {
    /// Zone files that say what a test wants, and have nothing else.
    struct Zones: ZoneSource {
        var slices: [ZoneSlice] = []

        func rules(named name: String) throws(ScheduleError) -> ZoneRules {
            guard let slice = self.slices.first(where: { $0.name == name }) else {
                throw ScheduleError(.unknownZone, "'\(name)' is not a time zone of this host")
            }
            return ZoneRules(slice)
        }
    }

    enum Host: String, CaseIterable {
        case same = "has the same files"
        case old = "has files of before a change of the rules"
        case lacking = "does not have the zone"

        func zones(_ name: String) throws -> Zones {
            switch self {
            case .same: Zones(slices: [ZoneSlice(try ZoneDatabase.shared.rules(named: name))])
            case .old:
                Zones(slices: [try #require(ZoneSlice(name: name, initialOffset: -3 * 3600, changes: [], rule: nil))])
            case .lacking: Zones()
            }
        }
    }

    private static func job(_ cron: String, zone: String, version: Int64 = 1) -> JobSnapshot {
        let job = CoreBench.job(version: version)
        return JobSnapshot(
            uid: job.uid,
            id: job.id,
            version: version,
            name: job.name,
            payload: job.payload,
            schedule: .cron(expression: cron, timeZone: zone, dst: .debian),
            policies: Policies(overlap: .allow, concurrency: 100),
            isEnabled: true
        )
    }

    private static func update(
        _ job: JobSnapshot,
        version: Int64 = 1,
        by zones: any ZoneSource = ZoneDatabase.shared,
        revision: Int64 = PlanDigest.revision
    ) -> ConfigUpdate {
        let plans = PlanBook(zones: zones, revision: revision)
        return ConfigUpdate(
            version: version,
            base: nil,
            upserts: [job],
            zones: plans.slices(for: [job]),
            plans: plans.claims(for: [job], at: CoreBench.base)
        )
    }

    private static func milliseconds(_ text: String) throws -> Int64 {
        try #require(Timestamp(rfc3339: text)).milliseconds(since: CoreBench.base)
    }

    private static func starts(_ bench: CoreBench) -> [String] {
        bench.launches.map { $0.order.nominal.description }
    }

    private static func heartbeat(_ bench: CoreBench) -> Heartbeat? {
        bench.sent.compactMap { if case .heartbeat(let heartbeat) = $0 { heartbeat } else { nil } }.last
    }

    /// Zone, expression, three days with a change in their middle, and when the server fires.
    private static let days: [(zone: String, cron: String, from: String, fires: [String])] = [
        ("Europe/Berlin", "30 2 * * *", "2026-03-28T00:00:00Z", ["03-28T01:30", "03-29T01:00", "03-30T00:30"]),
        ("Europe/Berlin", "30 2 * * *", "2026-10-24T00:00:00Z", ["10-24T00:30", "10-25T00:30", "10-26T01:30"]),
        ("US/Pacific", "30 2 * * *", "2026-03-07T06:00:00Z", ["03-07T10:30", "03-08T10:00", "03-09T09:30"]),
        ("US/Pacific", "30 1 * * *", "2026-10-31T06:00:00Z", ["10-31T08:30", "11-01T08:30", "11-02T09:30"]),
        ("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00:00Z", ["10-03T15:30", "10-04T15:15", "10-05T15:15"]),
    ]

    @Test(
        "Offline it fires at the server's times, on days of a change too, and each fire once",
        arguments: Host.allCases
    )
    func followsTheServer(host: Host) throws {
        for (zone, cron, from, expected) in Self.days where (try? ZoneDatabase.shared.rules(named: zone)) != nil {
            let start = try #require(Timestamp(rfc3339: from))
            let zones = try host.zones(zone)
            var bench = CoreBench(LedgerSnapshot(incarnation: "one"), at: start) { $0.hostZones = zones }
            bench.connect(config: Self.update(Self.job(cron, zone: zone)))
            bench.send(.linkDown)
            bench.advance(to: start.milliseconds(since: CoreBench.base) + 3 * 86_400_000)
            #expect(Self.starts(bench) == expected.map { "2026-\($0):00.000Z" }, "\(host.rawValue): \(zone)")
        }
    }

    @Test("Where the host's own files differ it says so to its log and to the server", arguments: Host.allCases)
    func saysSo(host: Host) throws {
        let zones = try host.zones("Europe/Berlin")
        var bench = CoreBench(LedgerSnapshot(incarnation: "one")) { $0.hostZones = zones }
        bench.connect(config: Self.update(Self.job("30 2 * * *", zone: "Europe/Berlin")))
        bench.advance(to: 1000)
        let foreign = host == .same ? [] : ["Europe/Berlin"]
        #expect(Self.heartbeat(bench)?.foreignZones == foreign)
        #expect(Self.heartbeat(bench)?.orderedJobs == [])
        #expect(bench.notes.contains(.foreignZones(foreign)) == (host != .same))
    }

    @Test("A zone that no job here names any more is not told of any more")
    func forgetsZones() throws {
        let first = Self.job("30 2 * * *", zone: "Europe/Berlin")
        let changes = [
            (ConfigUpdate(version: 2, base: 1, upserts: [], removals: [first.uid]), []),
            (Self.update(Self.job("30 2 * * *", zone: "US/Pacific", version: 2), version: 2), ["US/Pacific"]),
        ]
        for (change, left) in changes {
            var bench = CoreBench(LedgerSnapshot(incarnation: "one")) { $0.hostZones = Zones() }
            bench.connect(config: Self.update(first))
            bench.advance(to: 1000)
            #expect(Self.heartbeat(bench)?.foreignZones == ["Europe/Berlin"])
            bench.send(.received(.config(change)))
            bench.advance(to: 60_000)
            #expect(Self.heartbeat(bench)?.foreignZones == left)
        }
    }

    @Test("It remembers the rules: begun anew without a server it fires as before")
    func remembers() throws {
        let job = Self.job("30 2 * * *", zone: "US/Pacific")
        let update = Self.update(
            job,
            by: Zones(slices: [
                try #require(ZoneSlice(name: "US/Pacific", initialOffset: -28_800, changes: [], rule: nil))
            ])
        )
        var restored = CoreBench.restored(job)
        restored.zones = update.zones
        var bench = CoreBench(restored) { $0.hostZones = Zones() }
        bench.advance(to: 86_400_000)
        #expect(Self.starts(bench) == ["2026-01-01T10:30:00.000Z"])
        #expect(!bench.notes.contains { if case .unusableSchedule = $0 { true } else { false } })
        // What it says at the next hello is what the server expects, so that nothing is sent again.
        bench.send(.linkUp)
        guard case .hello(let hello)? = bench.sent.last else { return #expect(Bool(false), "no hello") }
        #expect(hello.rulesDigest == RulesDigest.of(update.zones))
    }

    @Test("An order at the server's time and the host's own timer are one fire")
    func oneFire() throws {
        let job = Self.job("30 2 * * *", zone: "Europe/Berlin")
        let zones = try Host.old.zones("Europe/Berlin")
        var bench = CoreBench(LedgerSnapshot(incarnation: "one")) { $0.hostZones = zones }
        bench.connect(config: Self.update(job))
        // 02:30 in Berlin; by the host's own files it would be 05:30Z.
        bench.send(.received(.orders([CoreBench.order(job, 5400)])))
        bench.advance(to: 12 * 3_600_000)
        #expect(bench.started == [5400])
    }

    @Test("When rules change while it is away, what was decided stays decided, and the new ones hold from its return")
    func acrossAChange() throws {
        // 09:00 is 07:00Z by the old rules and 08:00Z by the new ones, since the third day.
        let old = try #require(ZoneSlice(name: "Africa/Cairo", initialOffset: 7200, changes: [], rule: nil))
        let change = ZoneSlice.Change(at: CoreBench.time(2 * 86_400).seconds, offset: 3600)
        let new = try #require(ZoneSlice(name: "Africa/Cairo", initialOffset: 7200, changes: [change], rule: nil))
        let job = Self.job("0 9 * * *", zone: "Africa/Cairo")
        var bench = CoreBench(LedgerSnapshot(incarnation: "one"))
        bench.connect(config: Self.update(job, by: Zones(slices: [old])))
        bench.send(.linkDown)
        bench.advance(to: 2 * 86_400_000 + 30_600_000)
        #expect(bench.started == [7, 31, 55].map { $0 * 3600 })
        // Back at 08:30Z: the day's run was at 07:00Z.
        bench.connect(config: Self.update(job, version: 2, by: Zones(slices: [new])))
        bench.send(.linkDown)
        bench.advance(to: 4 * 86_400_000)
        #expect(bench.started == [7, 31, 55, 80].map { $0 * 3600 })
    }

    @Test("Rules that say the same of now as before change nothing about what is still to be decided")
    func keepsTheCursor() throws {
        let job = Self.job("0 9 * * *", zone: "Europe/Berlin")
        let late = try #require(
            ZoneSlice(
                name: "Europe/Berlin",
                initialOffset: 3600,
                changes: [ZoneSlice.Change(at: CoreBench.time(40 * 86_400).seconds, offset: 0)],
                rule: nil
            )
        )
        let now = try #require(ZoneSlice(name: "Europe/Berlin", initialOffset: 7200, changes: [], rule: nil))
        for (slice, moves) in [(late, false), (now, true)] {
            var bench = CoreBench(CoreBench.restored(job, cursor: -3600))
            bench.connect(config: Self.update(job, by: Zones(slices: [slice])))
            let cursors = bench.effects.flatMap { effect -> [LedgerOperation] in
                guard case .commit(let operations) = effect else { return [] }
                return operations.filter { if case .advanceCursor = $0 { true } else { false } }
            }
            #expect(cursors.isEmpty != moves)
        }
    }

    @Test("A plan that comes out otherwise here is the server's: no fire by the timer, each order once, and it says so")
    func disputed() throws {
        let job = Self.job("0 9 * * *", zone: "UTC")
        var bench = CoreBench(LedgerSnapshot(incarnation: "one"))
        bench.connect(config: Self.update(job, revision: PlanDigest.revision + 1))
        #expect(bench.notes.contains(.leftToServer([job.uid])))
        let operations = bench.effects.flatMap { effect -> [LedgerOperation] in
            if case .commit(let operations) = effect { operations } else { [] }
        }
        #expect(operations.contains(.setOrdered([job.uid])))
        let order = CoreBench.order(job, 30_000)
        bench.send(.received(.orders([order])))
        bench.send(.received(.orders([order])))
        bench.advance(to: 86_400_000)
        #expect(bench.started == [30_000], "09:00 is 32,400 s")
        #expect(Self.heartbeat(bench)?.orderedJobs == [job.uid])

        var restored = CoreBench.restored(job)
        restored.ordered = [job.uid]
        var again = CoreBench(restored)
        again.advance(to: 86_400_000)
        #expect(again.started.isEmpty, "nor by an agent that begins anew")

        // A server whose plan is the same again gives the job back to the timer.
        again.connect(config: Self.update(job, version: 2))
        again.send(.linkDown)
        again.advance(to: 2 * 86_400_000)
        #expect(again.started == [86_400 + 32_400])
    }

    @Test("A server that sends no rules: its first fire that is none here silences the host's timer")
    func olderServer() throws {
        let job = Self.job("30 * * * *", zone: "Europe/Berlin")
        let zones = Zones(slices: [
            try #require(ZoneSlice(name: "Europe/Berlin", initialOffset: 5400, changes: [], rule: nil))
        ])
        var bench = CoreBench(LedgerSnapshot(incarnation: "one")) { $0.hostZones = zones }
        bench.connect(config: ConfigUpdate(version: 1, base: nil, upserts: [job]))
        let order = CoreBench.order(job, 1800)
        bench.send(.received(.orders([order])))
        #expect(bench.notes.contains(.planMismatch(job.uid, order.nominal)))
        bench.advance(to: 10 * 3_600_000)
        #expect(bench.started == [1800])
    }

    @Test("The order of a job that is off, and whose fires are the server's, is SKIPPED(DISABLED)")
    func offAndOrdered() {
        var restored = CoreBench.restored(CoreBench.job(version: 2, isEnabled: false))
        restored.ordered = [CoreBench.job().uid]
        var bench = CoreBench(restored)
        bench.connect()
        bench.send(.received(.orders([CoreBench.order(CoreBench.job(version: 2), 60)])))
        #expect(bench.entries(.skipped).map(\.reason) == [.disabled])
    }
}
