// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowCore
import Foundation
import Synchronization
import Testing

@testable import FlowStore

@Suite("Small writes that come together")
struct WriteGroupTests {
    @Test("One that comes alone goes at once; those that come meanwhile go together, in their order")
    func gathers() {
        var group = WriteGroup()
        let members = (0..<5).map { Self.member($0 == 3 ? "other" : "create", number: $0) }
        let isFirst = group.add(members[0])
        #expect(isFirst, "the first one has to see to the writing")
        #expect(group.next().count == 1)
        let others = members[1...].map { group.add($0) }
        #expect(others == [false, false, false, false])
        #expect(group.next().map(\.operation) == ["create", "create"])
        #expect(group.next().map(\.operation) == ["other"])
        #expect(group.next().map(\.operation) == ["create"])
        #expect(group.next().isEmpty)
        let isNext = group.add(members[4])
        #expect(isNext, "nobody writes any more")
    }

    @Test("A transaction has a bound, so that others get the writer, too")
    func isBounded() {
        var group = WriteGroup()
        for number in 0...WriteGroup.limit { _ = group.add(Self.member("create", number: number)) }
        #expect(group.next().count == WriteGroup.limit && group.waiting.count == 1)
    }

    private static func member(_ operation: String, number: Int) -> WriteGroup.Member {
        WriteGroup.Member(operation: operation) { _ in
        } finish: { _ in
        }
    }

    @Test("Jobs that are created while the writer is busy share commits")
    func sharesCommits() async throws {
        try await TemporaryDirectory.with { directory in
            let commits = Mutex<[String]>([])
            let store = try SQLiteStore.open(path: directory + "/flow.db") { operation, _ in
                commits.withLock { $0.append(operation) }
            }
            let results = try await Self.together(store, names: (0..<40).map { "job-\($0)" })
            #expect(results.allSatisfy { (try? $0.get()) != nil })
            #expect(try await store.allJobs().count == 40)
            // What began before all had come, and all the others.
            #expect(commits.withLock { $0.filter { $0 == "create_job" }.count } <= 2)
            try await store.close()
        }
    }

    @Test("One that is refused leaves nothing, and the others are stored", arguments: StoreKind.allCases)
    func refusesOne(kind: StoreKind) async throws {
        try await kind.withStore { any in
            let store = try #require(any as? DatabaseStore)
            let world = World(store: store)
            _ = try await world.job("taken")
            let version = try await store.configVersion()
            let names = ["a", "taken", "b", "taken", "c"]
            let results = try await Self.together(store, names: names)
            for (name, result) in zip(names, results) {
                switch result {
                case .success(let job): #expect(job.definition.name == name && name != "taken")
                case .failure(let error):
                    #expect((error as? CoreError)?.code == .nameTaken && name == "taken", "\(error)")
                }
            }
            #expect(try await Set(store.allJobs().map(\.definition.name)) == ["taken", "a", "b", "c"])
            #expect(try await store.configVersion() == version + 3, "a refused write has raised nothing")
        }
    }

    @Test(
        "What the database itself refuses is one write's own, and the others are stored",
        arguments: StoreKind.allCases
    )
    func breaksOne(kind: StoreKind) async throws {
        try await kind.withStore { any in
            let store = try #require(any as? DatabaseStore)
            let results = try await Self.whileHeld(store, count: 3) { index in
                try await store.writeTogether("probe") { db in
                    let statement = index == 1 ? "INSERT INTO setting (key) VALUES ('x')" : "SELECT 1"
                    try db.run(statement)
                    try ConfigTable(db).setSetting("key-\(index)", to: "value")
                }
            }
            #expect(results.map { (try? $0.get()) != nil } == [true, false, true])
            var stored: [String?] = []
            for index in 0..<3 { stored.append(try await store.setting("key-\(index)")) }
            #expect(stored == ["value", nil, "value"])
        }
    }

    private static func together(_ store: DatabaseStore, names: [String]) async throws -> [Result<Job, any Error>] {
        try await self.whileHeld(store, count: names.count) { index in
            try await store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: JobDefinition(
                    name: names[index],
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: .manual,
                    groups: [Group.everyone]
                ),
                isEnabled: true,
                nextFire: nil,
                by: "test",
                at: World.start
            )
        }
    }

    /// Runs writes that all wait before the first of them can begin.
    private static func whileHeld<Value: Sendable>(
        _ store: DatabaseStore,
        count: Int,
        _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Result<Value, any Error>] {
        let gate = DispatchSemaphore(value: 0)
        let (started, inlet) = AsyncStream.makeStream(of: Void.self)
        let held = Task {
            try await store.write("held") { _ in
                inlet.yield()
                gate.wait()
            }
        }
        for await _ in started { break }
        let before = store.group.withLock { $0.added }
        return try await withThrowingTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
            for index in 0..<count {
                group.addTask {
                    do { return (index, .success(try await body(index))) } catch { return (index, .failure(error)) }
                }
            }
            while store.group.withLock({ $0.added }) < before + count { await Task.yield() }
            gate.signal()
            try await held.value
            var results: [(Int, Result<Value, any Error>)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
