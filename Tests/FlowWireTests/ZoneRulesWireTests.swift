// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import NIOCore
import Testing

@testable import FlowWire

@Suite("Zone rules on the wire (R12)")
struct ZoneRulesWireTests {
    private static let now = Timestamp(seconds: 1_767_225_600)

    private static func job(_ number: Int, zone: String) -> JobSnapshot {
        JobSnapshot(
            uid: JobUID(
                uuid: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(number >> 8), UInt8(number & 255)))
            ),
            id: JobID(number),
            version: 1,
            name: "job-\(number)",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .cron(expression: "30 2 * * *", timeZone: zone, dst: .debian),
            policies: Policies(),
            isEnabled: true
        )
    }

    private static func update(_ jobs: [JobSnapshot]) -> ConfigUpdate {
        let plans = PlanBook.shared
        return ConfigUpdate(
            version: 1,
            base: nil,
            upserts: jobs,
            zones: plans.slices(for: jobs),
            plans: plans.claims(for: jobs, at: Self.now)
        )
    }

    private static func size(_ update: ConfigUpdate) throws -> Int {
        try Frame.encode(PBEnvelope(.config(update))).readableBytes
    }

    @Test("A thousand jobs in one zone carry its rules once, and each its plan in ten bytes")
    func sharesZones() throws {
        let jobs = (1...1000).map { Self.job($0, zone: "Europe/Berlin") }
        let whole = Self.update(jobs)
        var plain = whole
        plain.plans = nil
        let withoutPlans = try Self.size(plain)
        plain.zones = []
        let bare = try Self.size(plain)
        #expect(whole.zones.map(\.name) == ["Europe/Berlin"])
        #expect(withoutPlans - bare < 80, "the rules of a zone with a rule")
        #expect(try Self.size(whole) - withoutPlans <= 11 * jobs.count + 16)
    }

    @Test("A zone whose changes follow no rule is small as well", arguments: ["Africa/Casablanca", "Africa/El_Aaiun"])
    func longZones(name: String) throws {
        let slice = ZoneSlice(try ZoneDatabase.shared.rules(named: name))
        #expect(slice.changes.count > 50)
        let update = ConfigUpdate(version: 1, base: nil, upserts: [], zones: [slice])
        #expect(try Self.size(update) < 1500)
    }

    @Test("A push in many frames has the rules in the first, and arrives whole")
    func splits() throws {
        let jobs = (1...3000).map { Self.job($0, zone: $0 % 2 == 0 ? "Europe/Berlin" : "America/New_York") }
        let update = Self.update(jobs)
        let welcome = Welcome(
            epoch: 1,
            acknowledgedSequence: 0,
            config: update,
            cancels: [],
            clock: ClockSample(agentSent: 0, serverReceived: 0, serverSent: 0)
        )
        for message in [ServerMessage.config(update), .welcome(welcome)] {
            var decoder = FrameDecoder()
            var assembler = PushAssembler()
            var arrived: ServerMessage?
            var parts = 0
            decoder.append(try Frame.encode(PBEnvelope(message), limit: 50_000))
            while let part = try decoder.next() {
                parts += 1
                if let whole = try assembler.assemble(part) { arrived = try whole.serverMessage() }
            }
            #expect(parts > 3)
            #expect(arrived == message)
        }
    }

    @Test("What cannot be the rules of a zone is refused")
    func refuses() throws {
        let good = PBZoneSlice(ZoneSlice(try ZoneDatabase.shared.rules(named: "Africa/Casablanca")))
        #expect(try good.decoded("z").name == "Africa/Casablanca")
        let bad: [(inout PBZoneSlice) -> Void] = [
            { $0.name = "../../etc/passwd" }, { $0.name = "" },
            { $0.name = String(repeating: "e\u{301}", count: 100_000) },
            { $0.offsets.removeLast() }, { $0.initialOffset = .max }, { $0.offsets[0] = .min },
            { $0.pauses[0] = 0 }, { $0.pauses[0] = .max }, { $0.pauses[3] = 1 << 35 },
            { $0.rule = "nonsense" }, { $0.rule = "CET-1" }, { $0.rule = String(repeating: "C", count: 1 << 16) },
            { zone in
                zone.pauses = Array(repeating: 1, count: 3000)
                zone.offsets = Array(repeating: 1, count: 3000)
            },
        ]
        for (index, spoil) in bad.enumerated() {
            var zone = good
            spoil(&zone)
            #expect(throws: WireError.self, "case \(index)") { try zone.decoded("z") }
        }
    }
}
