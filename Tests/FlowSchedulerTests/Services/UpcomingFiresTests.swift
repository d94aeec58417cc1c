// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Testing

@Suite("Coming fires by the minute")
struct UpcomingFiresTests {
    /// 2026-01-01T00:00:00Z.
    private static let base = Timestamp(milliseconds: 1_767_225_600_000)

    private static func job(_ number: UInt8, cron: String, isEnabled: Bool = true) -> Job {
        Job(
            id: JobID(number),
            uid: JobUID(bytes: [UInt8](repeating: number, count: 16))!,
            version: 1,
            definition: JobDefinition(
                name: "job-\(number)",
                payload: .shell(ShellPayload(command: "true")),
                schedule: .cron(expression: cron, timeZone: "UTC", dst: .debian),
                groups: [1]
            ),
            isEnabled: isEnabled,
            nextFire: nil,
            createdBy: "admin",
            createdAt: self.base,
            updatedAt: self.base
        )
    }

    private static func upcoming(_ jobs: [Job], minutes: Int64, limit: Int = UpcomingFires.fireLimit) -> UpcomingFires {
        UpcomingFires(
            of: jobs,
            after: self.base.advanced(byMilliseconds: -1),
            through: self.base.advanced(byMilliseconds: minutes * 60_000 - 1),
            limit: limit
        )
    }

    @Test("Jobs of the same minute share it, in the order of their numbers")
    func shares() {
        let fires = Self.upcoming([Self.job(2, cron: "*/5 * * * *"), Self.job(1, cron: "0 * * * *")], minutes: 10)
        #expect(fires.total == 3 && !fires.isPartial)
        #expect(fires.minutes.map(\.count) == [2, 1])
        #expect(fires.minutes[0].jobs.map(\.job) == [1, 2])
        #expect(fires.minutes[1].at == Self.base.advanced(byMilliseconds: 300_000))
    }

    @Test("Several fires of a job in one minute are one entry with their number")
    func counts() {
        let fires = Self.upcoming([Self.job(1, cron: "*/10 * * * * *")], minutes: 2)
        #expect(fires.minutes.map(\.jobs).map { $0.map(\.count) } == [[6], [6]])
    }

    @Test("Disabled jobs have no coming fires")
    func disabled() {
        #expect(Self.upcoming([Self.job(1, cron: "* * * * *", isEnabled: false)], minutes: 5).minutes.isEmpty)
    }

    @Test("What is beyond the limit is left out and said, and costs nothing")
    func bounded() {
        let jobs = [
            Self.job(1, cron: "0 * * * * *"), Self.job(2, cron: "* * * * * *"), Self.job(3, cron: "0 * * * * *"),
        ]
        let fires = Self.upcoming(jobs, minutes: 60 * 24, limit: 2000)
        #expect(fires.isPartial)
        #expect(fires.total == 1440)
    }

    @Test("A minute names at most twenty jobs, and counts all")
    func names() {
        let fires = Self.upcoming((1...30).map { Self.job($0, cron: "0 0 1 1 *") }, minutes: 1)
        #expect(fires.minutes.map(\.count) == [30])
        #expect(fires.minutes.map(\.jobs.count) == [UpcomingFires.jobLimit])
    }
}
