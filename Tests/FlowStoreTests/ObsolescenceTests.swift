// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Fires planned ahead of a change")
struct ObsolescenceTests {
    private static let before = World.start + -1

    private static func definition(_ cron: String, _ groups: [GroupID] = [Group.everyone]) -> JobDefinition {
        JobDefinition(
            name: "job",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .cron(expression: cron, timeZone: "UTC", dst: .debian),
            groups: groups
        )
    }

    private static func job(_ world: World, groups: [GroupID] = [Group.everyone]) async throws -> Job {
        try await world.store.createJob(
            uid: JobUID(uuid: UUID()),
            definition: Self.definition("* * * * * *", groups),
            isEnabled: true,
            nextFire: World.start,
            by: "ada",
            at: World.start + -60
        )
    }

    private static func change(
        _ world: World,
        _ job: Job,
        to definition: JobDefinition? = nil,
        isEnabled: Bool = true,
        at now: Timestamp = before
    ) async throws -> [Execution] {
        try await world.store.updateJob(
            job.id,
            definition: definition ?? job.definition,
            isEnabled: isEnabled,
            nextFire: isEnabled ? World.start + 60 : nil,
            expectedVersion: nil,
            by: .system(at: now)
        ).ended
    }

    @Test("end as DISABLED in the change that disables the job", arguments: StoreKind.allCases)
    func disabled(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await Self.job(world)
            let planned = try await world.fired(job, on: agent)
            let ended = try await Self.change(world, job, isEnabled: false)
            #expect(ended.map(\.id) == [planned.id] && ended.map(\.reason) == [.disabled])
            let record = try await world.execution(planned.id)
            #expect(record.status == .skipped && record.isProvisional)
            #expect(try await world.store.pendingOrders(of: agent).isEmpty)
            // The host had started it before it heard.
            try await world.apply([World.report(1, job, on: agent, .success)], of: agent)
            #expect(try await world.execution(planned.id).status == .success)
        }
    }

    @Test("stay when their time has come: the host may be about to start them", arguments: StoreKind.allCases)
    func due(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await Self.job(world)
            let planned = try await world.fired(job, on: agent)
            #expect(try await Self.change(world, job, isEnabled: false, at: World.start).isEmpty)
            #expect(try await world.execution(planned.id).status == .pending)
        }
    }

    @Test("are superseded by an edit that does not have their time, and only then", arguments: StoreKind.allCases)
    func edited(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await Self.job(world)
            let first = try await world.fired(job, at: World.start, on: agent)
            let second = try await world.fired(job, at: World.start + 1, on: agent)
            // Every full minute: it has the fire at 10:00:00, and not the one a second later.
            let ended = try await Self.change(world, job, to: Self.definition("0 * * * * *"))
            #expect(ended.map(\.id) == [second.id] && ended.map(\.reason) == [.staleConfig])
            #expect(try await world.execution(first.id).status == .pending)
        }
    }

    @Test("end for a host that leaves the job's groups (S1-FR-3.1)", arguments: StoreKind.allCases)
    func hostLeft(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let group = try await world.store.createGroup(
                name: "web",
                description: "",
                tags: [],
                at: World.start + -60
            )
            let agent = try await world.connectedAgent("a", groups: [group.id])
            let other = try await world.connectedAgent("b", groups: [group.id])
            let job = try await Self.job(world, groups: [group.id])
            let planned = try await world.fired(job, on: agent)
            let ended = try await world.store.removeAgents([agent], from: group.id, by: .system(at: Self.before))
            #expect(ended.map(\.id) == [planned.id] && ended.map(\.reason) == [.staleConfig])
            #expect(try await world.store.openCounts()[.pending] == 1, "the other host's stands")
            let moved = try await Self.change(world, job, to: Self.definition("* * * * * *", [Group.everyone]))
            #expect(moved.isEmpty, "\(other) is still reached")
        }
    }

    @Test("and waiting attempts end when the job is deleted, each with its reason", arguments: StoreKind.allCases)
    func deleted(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await Self.job(world)
            let waiting = try await world.fired(job, on: agent)
            let planned = try await world.fired(job, at: World.start + 1, on: agent)
            try await world.apply([World.report(1, job, on: agent, .pending, reason: .awaitingRetry)], of: agent)
            let ended = try await world.store.deleteJob(job.id, by: .system(at: Self.before)).ended
            #expect(Set(ended.map(\.id)) == [waiting.id, planned.id])
            #expect(try await world.execution(planned.id).status == .skipped)
            let record = try await world.execution(waiting.id)
            #expect(record.status == .cancelled && record.reason == .disabled && record.isProvisional)
        }
    }
}
