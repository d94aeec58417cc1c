// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB
import Synchronization
import Testing

@testable import FlowAPI
@testable import FlowStore

@Suite("What a request costs when there are many tasks")
struct CreationCostTests {
    @Test("Creating a task reads no table that grows with the number of tasks")
    func createReadsNoList() async throws {
        try await TestServer.with { server, caller in
            // The same on PostgreSQL, whose statements are these.
            guard let pool = server.store.sqlite?.pool else { return }
            let log = Mutex<[String]>([])
            try await pool.read { db in db.trace { event in log.withLock { $0.append("\(event)") } } }
            // Few rows are read on a connection of their own.
            try await server.store.readFew { db in
                guard case .sqlite(let connection) = db.connection else { return }
                connection.trace { event in log.withLock { $0.append("\(event)") } }
            }
            let answer = try await caller.post("/tasks", taskBody())
            #expect(answer.status == 201 && answer.data["groups"]?.items == [.string("all")])
            #expect(log.withLock { $0.contains { $0.contains("FROM agent_group") } })
            let lists = log.withLock { $0 }.filter { $0.contains("FROM job_group") || $0.contains("FROM group_member") }
            #expect(lists.isEmpty, "\(lists)")
        }
    }
}
