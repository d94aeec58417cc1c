// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Testing

@Suite("A report of what ended")
struct RunReportTests {
    private static let base = Timestamp(milliseconds: 1_767_225_600_000)

    private static func job(_ number: UInt8, groups: [GroupID]) -> Job {
        Job(
            id: JobID(number),
            uid: JobUID(bytes: [UInt8](repeating: number, count: 16))!,
            version: 1,
            definition: JobDefinition(
                name: "job-\(number)",
                payload: .shell(ShellPayload(command: "true")),
                schedule: .manual,
                groups: groups
            ),
            isEnabled: true,
            nextFire: nil,
            createdBy: "admin",
            createdAt: self.base,
            updatedAt: self.base
        )
    }

    private static func group(_ id: GroupID, _ name: String) -> Group {
        Group(id: id, name: name, createdAt: self.base, updatedAt: self.base)
    }

    private static func sums(_ counts: [ExecutionStatus: Int], average: Int64) -> ExecutionStatistics {
        let timed = counts.values.reduce(0, +)
        return ExecutionStatistics(
            counts: counts,
            totalDurationMilliseconds: average * Int64(timed),
            timedCount: timed
        )
    }

    private static func report(limit: Int = 10) -> RunReport {
        RunReport(
            from: self.base,
            until: self.base.advanced(byMilliseconds: 3_600_000),
            at: self.base,
            sums: [
                1: self.sums([.success: 9, .failure: 1], average: 100),
                2: self.sums([.success: 1, .failure: 2, .timeout: 2], average: 5000),
                3: self.sums([.success: 3], average: 20),
                9: self.sums([.failure: 50], average: 1),
            ],
            jobs: [self.job(1, groups: [2]), self.job(2, groups: [2, 3]), self.job(3, groups: [3])].map {
                JobLabel($0)
            },
            groups: [self.group(3, "api"), self.group(2, "web"), self.group(4, "idle")],
            limit: limit
        )
    }

    @Test("The jobs that stand out come first, equal ones by number; jobs that are gone are left out")
    func ranks() {
        let report = Self.report()
        #expect(report.failing.map(\.id) == [2, 1])
        #expect(report.slowest.map(\.id) == [2, 1, 3])
        #expect(report.busiest.map(\.id) == [1, 2, 3])
        #expect(report.jobCount == 3)
        #expect(report.total.counts == [.success: 13, .failure: 3, .timeout: 2])
        #expect(Self.report(limit: 1).busiest.map(\.id) == [1])
    }

    @Test("A job counts in each of its groups; groups of which nothing ended are absent")
    func groups() {
        let groups = Self.report().groups
        #expect(groups.map(\.name) == ["api", "web"])
        #expect(groups.map { $0.statistics.counts.values.reduce(0, +) } == [8, 15])
        #expect(groups[0].statistics.successRate == 50)
        #expect(groups[1].statistics.averageMilliseconds == 1733)
    }
}
