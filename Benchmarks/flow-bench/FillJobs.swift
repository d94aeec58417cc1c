// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowStore
import Foundation

/// Puts jobs into the database of a server that does not run.
struct FillJobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fill-jobs",
        abstract: "Creates many jobs in a stopped server's database (for scripts/bench-e2e.py).",
        shouldDisplay: false
    )

    @Option(help: "The database file.")
    var database: String

    @Option(help: "Jobs.")
    var count = 100_000

    func run() async throws {
        let store = try SQLiteStore.open(path: self.database)
        let now = FleetClock.now
        let group = try await store.createGroup(name: "nowhere", description: "", tags: [], at: now)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for index in 0..<self.count {
                // Enough to share commits.
                if index >= 200 { try await tasks.next() }
                tasks.addTask { try await Self.create(index, in: group.id, store, at: now) }
            }
            try await tasks.waitForAll()
        }
        try await store.close()
    }

    /// Once a day, at any minute from tomorrow on: planned, and due after the measurement.
    private static func create(_ index: Int, in group: GroupID, _ store: DatabaseStore, at now: Timestamp) async throws
    {
        let uid = JobUID(uuid: UUID())
        let schedule = ScheduleSpec.cron(
            expression: "\(index % 60) \(index / 60 % 24) * * *",
            timeZone: "UTC",
            dst: .debian
        )
        let due = try CompiledSchedule(schedule, job: uid).next(after: now.advanced(byMilliseconds: 3_600_000))
        _ = try await store.createJob(
            uid: uid,
            definition: JobDefinition(
                name: "filled-\(index)",
                payload: .shell(ShellPayload(command: "/bin/true")),
                schedule: schedule,
                groups: [group]
            ),
            isEnabled: true,
            nextFire: due,
            by: "bench",
            at: now
        )
    }
}
