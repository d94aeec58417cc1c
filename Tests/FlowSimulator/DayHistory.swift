// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting

/// What came of a day of many jobs.
package struct DayHistory: Sendable {
    /// What the invariants say against it; empty is good.
    package let faults: [String]
    package let starts: Int
    /// Records on the server in the end.
    package let executions: Int
    package let trace: UInt64
    package let excuses: [String: Int]

    /// Lives through a day with trouble until a quarter of an hour before its end; less than a minute when optimised.
    ///
    /// - Parameters:
    ///   - seed: decides everything in it.
    ///   - jobs: how many there are, each of which fires once in an hour or a day on one or two hosts.
    package init(seed: UInt64, jobs: Int, isTraced: Bool = false) {
        var simulation = Simulation(seed: seed, shape: .day(jobs: jobs))
        simulation.isTraced = isTraced
        self.faults = simulation.run()
        self.starts = simulation.record.starts.values.reduce(0, +)
        self.executions = simulation.store.executions.count
        self.trace = simulation.trace
        self.excuses = Dictionary(uniqueKeysWithValues: simulation.record.excuses.map { ($0.key.rawValue, $0.value) })
    }
}

extension Simulation {
    /// Jobs as an installation has them: a fifth fires every hour, the others once a day, all by the clock of a zone.
    static func makeJobsOfADay(_ count: Int, _ random: inout SplitMix64) -> [Job] {
        (1...max(1, count)).map { number in
            let bytes =
                [UInt8](repeating: 0, count: 12) + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
            let uid = JobUID(bytes: bytes)!
            let (second, minute, hour) = (
                Int.random(in: 0..<60, using: &random), Int.random(in: 0..<60, using: &random),
                Int.random(in: 0..<24, using: &random)
            )
            let expression =
                number.isMultiple(of: 5) ? "\(second) \(minute) * * * *" : "\(second) \(minute) \(hour) * * *"
            let anchor = Timestamp(milliseconds: Self.epoch / 1000)
            let spec = ScheduleSpec.cron(expression: expression, timeZone: "Asia/Shanghai", dst: .debian)
            return Job(
                id: JobID(number),
                uid: uid,
                version: 1,
                definition: JobDefinition(
                    name: "job-\(number)",
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: spec,
                    policies: Policies(retry: RetryPolicy(count: number.isMultiple(of: 7) ? 1 : 0, intervalSeconds: 1)),
                    groups: [Group.everyone]
                ),
                isEnabled: true,
                nextFire: (try? CompiledSchedule(spec, job: uid))?.next(after: anchor.advanced(byMilliseconds: 6000)),
                createdBy: "simulator",
                createdAt: anchor,
                updatedAt: anchor
            )
        }
    }
}
