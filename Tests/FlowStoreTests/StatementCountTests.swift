// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB
import Synchronization
import Testing

@testable import FlowStore

@Suite("What is read for many hosts and jobs, in statements")
struct StatementCountTests {
    @Test("A storm of connects reads each job once, whatever the number of hosts")
    func configurationsShareJobs() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            let world = World(store: store)
            var agents: [AgentID] = []
            for number in 0..<20 { agents.append(try await world.agent("a\(number)")) }
            for number in 0..<30 { _ = try await world.job("job \(number)") }
            let before = store.jobReads
            for agent in agents { #expect(try await store.configuration(of: agent).jobs.count == 30) }
            #expect(store.jobReads - before == 30)
            try await store.close()
        }
    }

    @Test("Changes of many jobs ask once who belongs to their groups")
    func changesShareMembers() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            let world = World(store: store)
            for number in 0..<3 { _ = try await world.agent("a\(number)") }
            let version = try await store.configVersion()
            for number in 0..<25 { _ = try await world.job("job \(number)") }
            let statements = try await Self.statements(of: store) {
                let changes = try #require(try await store.configurationChanges(since: version))
                #expect(changes.jobs.count == 25 && changes.jobs.allSatisfy { $0.agents.count == 3 })
            }
            #expect(statements.filter { $0.contains("group_member") }.count == 1, "\(statements)")
            #expect(!statements.contains { $0.contains("search_text") }, "no definition is read")
            try await store.close()
        }
    }

    @Test("Names of groups are read without their hosts and jobs")
    func namesAlone() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            let statements = try await Self.statements(of: store) {
                let names = try await store.groupNames()
                #expect(names == [Group.everyone: "all"])
            }
            #expect(statements.contains { $0.contains("agent_group") })
            #expect(!statements.contains { $0.contains("job_group") || $0.contains("group_member") }, "\(statements)")
            try await store.close()
        }
    }

    /// What one reader after the other is asked, and the one for a few rows.
    static func statements(of store: DatabaseStore, _ body: () async throws -> Void) async throws -> [String] {
        let log = StatementLog()
        // Readers are made when they are wanted; who asks alone always gets the same one.
        try await #require(store.sqlite).pool.read { db in db.trace { log.append("\($0)") } }
        try await store.readFew { db in
            if case .sqlite(let connection) = db.connection { connection.trace { log.append("\($0)") } }
        }
        try await body()
        return log.statements
    }
}

final class StatementLog: Sendable {
    private let list = Mutex<[String]>([])
    var statements: [String] { self.list.withLock { $0 } }
    func append(_ text: String) { self.list.withLock { $0.append(text) } }
}
