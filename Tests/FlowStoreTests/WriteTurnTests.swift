// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowStore

@Suite("Who may write beside whom on PostgreSQL")
struct WriteTurnTests {
    private static func plans(_ jobs: [Job], _ second: Int64 = 0) -> [PlannedFire] {
        jobs.map { World.plan($0, at: World.start + second, next: World.start + second + 1) }
    }

    @Test("Fires go beside the fires of another server; whatever else is written waits for them, and they for it")
    func turns() async throws {
        try await WritingServers.with { servers in
            let world = World(store: servers.a)
            let agent = try await world.agent("one")
            let job = try await world.job()
            // A fire of another server is under way.
            try await servers.hold(PostgresEngine.writeLock, shared: true)
            let fired = try await servers.a.fire(Self.plans([job]), online: [agent], recent: nil, at: World.start)
            guard case .fired(_, let executions, _)? = fired.first else {
                Issue.record("\(fired)")
                return
            }
            #expect(executions.count == 1)
            async let setting: Void = servers.b.setSetting("a", to: "b")
            try await servers.waiters()
            #expect(try await servers.a.setting("a") == nil)
            try await servers.release()
            try await setting
            // Something else is under way.
            try await servers.hold(PostgresEngine.writeLock)
            async let later = servers.a.fire(Self.plans([job], 1), online: [agent], recent: nil, at: World.start + 1)
            try await servers.waiters()
            #expect(try servers.sql("SELECT count(*) FROM run") == "1")
            try await servers.release()
            #expect(try await later.count == 1)
            #expect(try servers.sql("SELECT count(*) FROM run") == "2")
        }
    }

    @Test("A fire that adds to the event log waits for another one that does: numbers are committed in their order")
    func log() async throws {
        try await WritingServers.with { servers in
            // It reaches nobody, so it is over at once, and its failures in a row are counted.
            let job = try await World(store: servers.a).job()
            _ = try servers.sql("INSERT INTO job_streak (job_id, threshold) VALUES (\(job.id), 1)")
            try await servers.hold(PostgresEngine.logLock)
            async let fired = servers.a.fire(Self.plans([job]), online: [], recent: nil, at: World.start)
            try await servers.waiters()
            try await servers.release()
            #expect(try await fired.count == 1)
            #expect(try servers.sql("SELECT count(*) FROM event") == "1")
        }
    }

    @Test("Of two servers that fire the same fires at the same time one wins each, once")
    func race() async throws {
        try await WritingServers.with { servers in
            let world = World(store: servers.a)
            let agent = try await world.agent("one")
            var jobs: [Job] = []
            for number in 0..<20 { jobs.append(try await world.job("job \(number)")) }
            var won = 0
            for second in Int64(0)..<6 {
                let (now, all) = (World.start + second, jobs)
                async let left = servers.a.fire(Self.plans(all, second), online: [agent], recent: nil, at: now)
                async let right = servers.b.fire(
                    Self.plans(all.reversed(), second),
                    online: [agent],
                    recent: nil,
                    at: now
                )
                for outcome in try await left + right {
                    switch outcome {
                    case .fired(_, let executions, let orders):
                        won += 1
                        #expect(executions.count == 1 && orders.count == 1)
                    case .superseded(let next, _): #expect(next == now + 1)
                    default: Issue.record("\(outcome)")
                    }
                }
            }
            #expect(won == 120)
            for table in ["run", "execution", "agent_order"] {
                #expect(try servers.sql("SELECT count(*) FROM \(table)") == "120")
            }
        }
    }
}
