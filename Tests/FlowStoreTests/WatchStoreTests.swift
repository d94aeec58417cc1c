// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("What a store keeps of what rules watch (issue 10)")
struct WatchStoreTests {
    @Test(
        "A mark is written by who knows it as it is; whoever looked at the same time changes nothing",
        arguments: StoreKind.allCases
    )
    func marks(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any NotifyStore)
            let key = NotifyWatchMark.Key(rule: "task 7 rule", trigger: .didNotRunBy, subject: "")
            let other = NotifyWatchMark.Key(rule: "task 7 rule", trigger: .didNotRunBy, subject: "7")
            func save(_ change: NotifyWatchMark.Change, _ incident: UInt8) async throws {
                var changes = NotifyChanges()
                changes.incidents = [NotifyStoreTests.incident(incident)]
                changes.watch = [change]
                try await store.save(changes, at: World.start)
            }
            try await save(.init(key: key, before: nil, after: World.start), 1)
            await expectError(.conflict) { try await save(.init(key: key, before: nil, after: World.start + 1), 2) }
            #expect(try await store.notifyIncidents(NotifyQuery()).total == 1, "all or nothing")
            try await save(.init(key: key, before: World.start, after: World.start + 60), 2)
            try await save(.init(key: other, before: nil, after: World.start), 2)
            #expect(
                try await store.notifyWatchMarks() == [
                    NotifyWatchMark(key: key, at: World.start + 60), NotifyWatchMark(key: other, at: World.start),
                ]
            )
            await expectError(.conflict) { try await save(.init(key: other, before: World.start + 1, after: nil), 3) }
            try await save(.init(key: other, before: World.start, after: nil), 2)
            #expect(try await store.notifyWatchMarks().map(\.key) == [key])
        }
    }

    @Test("Jobs are known by rules that watch time, as they are saved and deleted", arguments: StoreKind.allCases)
    func jobs(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any Store & NotifyStore)
            func rule(_ triggers: [NotifyTrigger], isEnabled: Bool = true) -> NotifyRule {
                NotifyRule(
                    name: "rule",
                    isEnabled: isEnabled,
                    triggers: triggers,
                    channels: [NotifyTarget(channel: "ops")],
                    watch: NotifyLimits(runningSeconds: 60)
                )
            }
            func definition(_ name: String, _ rules: [NotifyRule]) -> JobDefinition {
                JobDefinition(
                    name: name,
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: .manual,
                    groups: [Group.everyone],
                    notify: rules
                )
            }
            func make(_ name: String, _ rules: [NotifyRule]) async throws -> Job {
                try await store.createJob(
                    uid: JobUID(uuid: UUID()),
                    definition: definition(name, rules),
                    isEnabled: true,
                    nextFire: nil,
                    by: .system(at: World.start)
                )
            }
            let one = try await make("one", [rule([.timeout, .runningLongerThan])])
            _ = try await make("two", [rule([.timeout])])
            _ = try await make("three", [rule([.queueWaiting], isEnabled: false)])
            let four = try await make("four", [rule([.notFinishedBy])])
            #expect(try await store.watchingJobs() == [one.id, four.id])
            _ = try await store.deleteJob(four.id, at: World.start)
            #expect(try await store.watchingJobs() == [one.id])
        }
    }

    @Test("What started or ended well in a span, and what is open for how long", arguments: StoreKind.allCases)
    func executions(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any Store & NotifyStore)
            let agent = try await world.connectedAgent("web1")
            let job = try await world.job("job")
            var reports: [Report] = []
            for (number, status) in [ExecutionStatus.success, .failure, .running].enumerated() {
                let start = World.start + Int64(100 * number)
                reports.append(
                    Report(
                        sequence: Int64(number + 1),
                        executionID: DeterministicID.execution(kind: .cron, job: job.uid, nominal: start, agent: agent),
                        runID: DeterministicID.run(kind: .cron, job: job.uid, nominal: start),
                        jobUID: job.uid,
                        jobID: job.id,
                        jobName: "job",
                        jobVersion: 1,
                        kind: .cron,
                        nominal: start,
                        status: status,
                        reason: status == .failure ? .exitCode : nil,
                        attempt: 1,
                        startedAt: start,
                        finishedAt: status == .running ? nil : start + 10,
                        exitCode: status == .running ? nil : number
                    )
                )
            }
            _ = try await store.apply(
                [ReportBatch(agent: agent, incarnation: "one", reports: reports)],
                at: World.start + 300
            )
            func started(_ from: Int64, _ until: Int64) async throws -> Set<JobID> {
                try await store.jobs([job.id, 99], startedIn: (World.start + from)..<(World.start + until))
            }
            func succeeded(_ from: Int64, _ until: Int64) async throws -> Set<JobID> {
                try await store.jobs([job.id, 99], succeededIn: (World.start + from)..<(World.start + until))
            }
            #expect(try await started(0, 1) == [job.id])
            #expect(try await started(1, 100).isEmpty)
            #expect(try await started(200, 201) == [job.id])
            #expect(try await succeeded(0, 10).isEmpty)
            #expect(try await succeeded(10, 11) == [job.id])
            #expect(try await succeeded(11, 9999).isEmpty, "a failure is none")
            func open(_ started: Int64, limit: Int = 9) async throws -> [ExecutionID] {
                try await store.openExecutions(.running(since: World.start + started), after: nil, limit: limit)
                    .map(\.id)
            }
            #expect(try await open(199).isEmpty)
            #expect(try await open(200) == [reports[2].executionID])
            let rest = try await store.openExecutions(
                .running(since: World.start + 200),
                after: reports[2].executionID,
                limit: 9
            )
            #expect(rest.isEmpty)
            #expect(try await store.openExecutions(.waiting(since: World.start + 999), after: nil, limit: 9).isEmpty)
        }
    }
}
