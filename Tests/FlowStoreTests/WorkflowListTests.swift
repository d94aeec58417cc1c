// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB
import Testing

@testable import FlowStore

/// Rules W13 and W16 in both stores: lists that are repeated, slots that end twice, and lists of ten thousand.
extension WorkflowStoreTests {
    private static func list(_ items: [String], limit: Int, fail: MapFailure = .any) -> WorkflowNode {
        let step = OwnStep(.shell(ShellPayload(command: "true")))
        let map = MapStep(
            over: .items(items),
            body: .own(step),
            maxParallel: limit,
            maxItems: 10_000,
            fail: fail
        )
        return WorkflowNode("m", .map(map))
    }

    /// Lets hosts take what waits and ends it, until nothing waits any more.
    ///
    /// - Returns: how often each item was taken.
    private func drain(_ flow: inout Flow, failing: Set<String> = []) async throws -> [String: Int] {
        var taken: [String: Int] = [:]
        while true {
            let orders = try await flow.world.place(on: [flow.agent]).orders.values.joined()
            guard !orders.isEmpty else { return taken }
            for order in orders {
                let item = order.hold?.shard?.item ?? ""
                taken[item, default: 0] += 1
                let execution = try #require(try await flow.world.store.execution(order.executionID))
                let fails = failing.contains(item)
                try await flow.end(execution, fails ? .failure : .success, exitCode: fails ? 1 : 0)
            }
            // What has ended is noted, and the next items wait for a host.
            _ = try await flow.world.place(on: [])
        }
    }

    @Test(
        "W16: of a list that is repeated only what did not succeed runs again, with its number in the whole list",
        arguments: StoreKind.allCases
    )
    func repeatedList(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let items = (0..<6).map { "i\($0)" }
            let step = try await flow.start(try await flow.workflow([Self.list(items, limit: 2)]))
            let first = try await self.drain(&flow, failing: ["i1", "i4", "i5"])
            #expect(first == Dictionary(uniqueKeysWithValues: items.map { ($0, 1) }))
            _ = try await flow.goOn()
            #expect(try await flow.detail(step).run.outcome == .failed)
            var id = step.detail.run.id
            for (number, failing) in [["i4"], []].enumerated() {
                let again = try await flow.store.rerunFlow(
                    id,
                    from: .failed,
                    uid: "r\(number)",
                    source: "api",
                    by: flow.ada
                )
                id = again.detail.run.id
                let numbers = number == 0 ? [1, 4, 5] : [4]
                let slots = try await flow.world.placements.slots(of: try #require(again.started.first?.run.id))
                #expect(slots.values.map(\.index).sorted() == numbers && slots.values.allSatisfy { $0.total == 6 })
                #expect(again.detail.nodes.first?.items?.done.count == 6 - numbers.count)
                let taken = try await self.drain(&flow, failing: Set(failing))
                #expect(taken == Dictionary(uniqueKeysWithValues: numbers.map { ("i\($0)", 1) }))
                _ = try await flow.goOn()
            }
            let last = try #require(try await flow.store.flow(id, in: .all))
            #expect(last.run.outcome == .succeeded)
            #expect(last.nodes.first?.result?.counts == [ExecutionStatus.success.rawValue: 6])
        }
    }

    @Test("F9: an end that is heard twice lets one further item begin, not two", arguments: StoreKind.allCases)
    func endedTwice(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            _ = try await flow.start(try await flow.workflow([Self.list((0..<9).map(String.init), limit: 2)]))
            let orders = try await flow.world.place(on: [flow.agent]).orders.values.joined()
            #expect(orders.count == 2)
            let id = try #require(orders.first?.executionID)
            try await flow.end(try #require(try await flow.world.store.execution(id)))
            // Two servers that both think the task is theirs.
            for _ in 0..<2 {
                let facts = PlacementFacts(hosts: [:], waiting: [], lost: [], ended: [id])
                _ = try await flow.world.placements.place(facts, at: World.start + 3)
            }
            #expect(try await flow.world.placements.openSlots(limit: 100).count == 2)
        }
    }

    @Test(
        "W4: a run that is a step's own and that another step waits for is heard by both",
        arguments: StoreKind.allCases
    )
    func heardByBoth(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let job = try await flow.world.job("task")
            let nodes = [
                WorkflowNode("w", .wait(.event(EventWait(.task(job.id, on: .success))))),
                WorkflowNode("a", .job(job.id)),
            ]
            let step = try await flow.start(try await flow.workflow(nodes))
            try await flow.end(try #require(step.started.first?.executions.first))
            _ = try await flow.goOn()
            let detail = try await flow.detail(step)
            #expect(detail.run.outcome == .succeeded, "\(detail.nodes.map { ($0.key, $0.state) })")
        }
    }

    @Test("W13: what the end of an item costs does not grow with the list")
    func longList() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            var flow = try await Flow(World(store: store))
            let items = (0..<10_000).map { "item \($0)" }
            let step = try await flow.start(try await flow.workflow([Self.list(items, limit: 10)]))
            let run = try #require(step.started.first)
            #expect(run.executions.count == 10_000)
            #expect(try await flow.world.placements.openSlots(limit: 100).count == 10)
            let rows = try await store.read { db in
                try db.first("SELECT max(length(placement)) FROM placement_slot", []) { $0.number(0) } ?? 0
            }
            #expect(rows < 400, "a slot has its own item, and not the whole list")
            // Half of it has ended, which is where a look at all that has ended would show.
            try await store.write("test") { db in
                let ended = "SELECT execution_id FROM placement_slot WHERE slot < 5000"
                try db.run("UPDATE execution SET status = 3 WHERE id IN (\(ended))", [])
                try db.run("UPDATE placement_slot SET state = 3 WHERE slot < 5000", [])
                try db.run("UPDATE placement_slot SET state = 0 WHERE slot >= 5000 AND slot < 5010", [])
            }
            let plan = try await store.read { db in
                try db.all(
                    """
                    EXPLAIN QUERY PLAN SELECT s.execution_id FROM placement_slot AS s INDEXED BY placement_slot_kept
                    JOIN execution AS e ON e.id = s.execution_id
                    WHERE s.run_id = ? AND s.state = 4 AND e.status = 1 ORDER BY s.slot LIMIT ?
                    """,
                    [.id(run.run.id), .number(1)]
                ) { $0.text(3) }
            }
            #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
            let taken = try await flow.world.place(on: [flow.agent]).orders.values.joined()
            #expect(taken.count == 10)
            let id = try #require(taken.first?.executionID)
            let execution = try #require(try await store.execution(id))
            let statements = try await Self.writes(of: store) {
                try await flow.end(execution)
                _ = try await flow.world.place(on: [flow.agent])
            }
            #expect(statements.count < 120, "\(statements.count) statements")
            // A run that is not at its end is not gone through for the end of one of its items.
            #expect(
                !statements.contains { $0.contains("execution_by_run") && $0.contains("SELECT 1 FROM execution") },
                "\(statements.filter { $0.contains("execution_by_run") })"
            )
            #expect(try await flow.world.placements.openSlots(limit: 100).count == 10)
            try await store.close()
        }
    }

    @Test("W19: what the end of a step costs does not grow with the workflow, up to 1,000 steps")
    func manySteps() async throws {
        var costs: [Int] = []
        for count in [10, 1000] {
            try await TemporaryDirectory.with { directory in
                let store = try SQLiteStore.open(path: directory + "/flow.db")
                var flow = try await Flow(World(store: store))
                let nodes = (0..<count).map { WorkflowStoreTests.script("s\($0)") }
                let edges = (1..<count).map { WorkflowEdge("s\($0 - 1)", "s\($0)") }
                let step = try await flow.start(try await flow.workflow(nodes, edges))
                let first = try #require(step.started.first?.executions.first)
                var started: [StartedRun] = []
                let statements = try await Self.writes(of: store) {
                    try await flow.end(first)
                    started = try await flow.goOn()
                }
                #expect(step.started.count == 1 && started.count == 1)
                costs.append(statements.count)
                try await store.close()
            }
        }
        #expect(costs[0] == costs[1] && costs[0] < 120, "\(costs) statements")
    }

    @Test("W20: what is due is asked for four times a second, and read from small indexes")
    func duePlan() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            let asked = try await StatementCountTests.statements(of: store) {
                _ = try await store.dueFlows(at: World.start, limit: 10)
            }
            let text = try #require(asked.first { $0.contains("flow_inbox") })
            let plan = try await store.read { db in
                try db.all("EXPLAIN QUERY PLAN " + text, [.time(World.start), .number(10)]) { $0.text(3) }
            }
            #expect(
                !plan.contains {
                    $0.hasPrefix("SCAN flow_run") || $0.hasPrefix("SCAN f") && !$0.contains("flow_inbox")
                },
                "\(plan)"
            )
            try await store.close()
        }
    }

    private static func writes(of store: DatabaseStore, _ body: () async throws -> Void) async throws -> [String] {
        let log = StatementLog()
        try await store.write("trace") { db in
            if case .sqlite(let connection) = db.connection { connection.trace { log.append("\($0)") } }
        }
        try await body()
        try await store.write("trace") { db in if case .sqlite(let connection) = db.connection { connection.trace() } }
        return log.statements
    }
}
