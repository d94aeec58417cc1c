// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Foundation
import HTTPTypes
import Testing

@testable import FlowAPI
@testable import FlowStore

@Suite("Files that appear on hosts start tasks there (T4)")
struct HookFileTests {
    private static func body(_ path: String = "/srv/in/*.csv", _ more: [String: JSON] = [:]) -> [String: JSON] {
        [
            "name": .string("files"), "format": .string("file"), "file": ["path": JSON.string(path)].json,
            "params": .array([
                ["name": JSON.string("FILE"), "pointer": .string("/path")].json,
                ["name": JSON.string("SIZE"), "pointer": .string("/size")].json,
            ]),
        ].merging(more) { $1 }
    }

    private static func service(_ world: HookTests.World) -> HookService {
        let server = world.server
        return HookService(
            store: server.store,
            starter: RunStarter(store: server.store, gateway: server.gateway, bus: server.bus, clock: server.clock),
            seal: nil,
            clock: server.clock
        )
    }

    private static func event(
        _ world: HookTests.World,
        _ sequence: Int64,
        _ path: String,
        size: Int64 = 3
    ) throws -> FileEvent {
        FileEvent(
            sequence: sequence,
            hook: try #require(HookID(world.id)),
            path: path,
            stamp: FileStamp(inode: 5, size: size, modified: 1_767_225_600_000_000),
            at: world.server.clock.now
        )
    }

    @Test("A file starts the task on its host alone, each content once, with what the body says of it")
    func starts() async throws {
        try await HookTests.with(Self.body()) { world in
            let two = try await world.server.agent("web-2")
            #expect(world.secret.isEmpty, "nobody calls it")
            let shown = try await world.caller.get("/tasks/\(world.task)/hooks").data["items"]?.items.first
            #expect(shown?["path"] == .null && shown?["file"]?["path"] == .string("/srv/in/*.csv"))
            #expect(shown?["file"]?["settle_seconds"] == .integer(5))
            let service = Self.service(world)
            let watches = try await service.fileWatches()
            #expect(watches.count == 2 && watches[two]?.map(\.trigger) == [FileTrigger(path: "/srv/in/*.csv")])
            let first = try Self.event(world, 1, "/srv/in/a.csv")
            #expect(try await service.appeared([first], on: two) == [1])
            let run = try #require(try await world.runs().first)
            #expect(run["source"] == .string("hook:files/file"))
            let executions = try await world.caller.get("/executions?run_id=\(run["id"]?.text ?? "")").data["items"]
            #expect(executions?.items.map { $0["client_id"]?.text } == [two.rawValue])
            let id = try #require(run["id"]?.text.flatMap { RunID($0) })
            #expect(try await world.server.store.parameters(of: id) == ["FILE": "/srv/in/a.csv", "SIZE": "3"])
            // Told again, as after a lost answer; then with another content; and of a host that is not the task's.
            var again = first
            again.sequence = 2
            let grown = try Self.event(world, 3, "/srv/in/a.csv", size: 4)
            #expect(try await service.appeared([again, grown], on: two) == [2, 3])
            #expect(try await world.runs().count == 2)
            #expect(try await world.calls() == ["started", "repeated", "started"])
        }
    }

    @Test("What a host can't look at is said among the calls, in both languages, and what is gone waits for nothing")
    func problems() async throws {
        try await HookTests.with(Self.body()) { world in
            let service = Self.service(world)
            let host = try #require(AgentID("web-1"))
            var problem = try Self.event(world, 1, "/srv/in/*.csv")
            problem.problem = "the host's policy does not allow '/srv/in' (directories)"
            #expect(try await service.appeared([problem], on: host) == [1])
            let call = try await world.caller.get("/hooks/\(world.id)/deliveries").data["items"]?.items.first
            #expect(call?["outcome"] == .string("refused"))
            #expect(call?["detail_text"]?["zh"]?.text?.contains("/srv/in") == true, "\(String(describing: call))")
            #expect(try await world.caller.call(.delete, "/tasks/\(world.task)/hooks/\(world.id)").status == 200)
            #expect(try await service.appeared([try Self.event(world, 2, "/srv/in/b.csv")], on: host) == [2])
            #expect(try await service.fileWatches().isEmpty)
            #expect(try await world.runs().isEmpty)
        }
    }

    @Test("Nothing is looked for while webhook or task is off, and a task that comes back starts with what comes then")
    func off() async throws {
        try await HookTests.with(Self.body()) { world in
            let service = Self.service(world)
            let path = "/tasks/\(world.task)/hooks/\(world.id)"
            #expect(try await world.caller.put(path, Self.body("/srv/in/*", ["enabled": .bool(false)])).status == 200)
            #expect(try await service.fileWatches().isEmpty)
            #expect(
                try await world.caller.put(
                    path,
                    Self.body(
                        "/srv/in/*",
                        ["file": ["path": JSON.string("/srv/x"), "settle_seconds": .integer(60)].json]
                    )
                ).status == 200
            )
            let host = try #require(AgentID("web-1"))
            let watched = try await service.fileWatches()[host]?.map(\.trigger)
            #expect(watched == [FileTrigger(path: "/srv/x", settleSeconds: 60)])
            _ = try await world.caller.post("/tasks/\(world.task)/disable")
            #expect(try await service.fileWatches().isEmpty)
            // One that was on its way is listed, and starts nothing.
            #expect(try await service.appeared([try Self.event(world, 1, "/srv/x")], on: host) == [1])
            #expect(try await world.calls() == ["disabled"])
        }
    }

    @Test("What may be said of files, and what is refused")
    func faults() async throws {
        try await HookTests.with { world in
            let path = "/tasks/\(world.task)/hooks"
            for bad in ["in/*.csv", "/srv/*/a", "/srv/../etc/x", "/srv/in/"] {
                #expect(try await world.caller.post(path, Self.body(bad)).faults == ["file.path"], "\(bad)")
            }
            let file = { (seconds: Int64) in ["path": JSON.string("/a"), "settle_seconds": .integer(seconds)].json }
            for seconds in [Int64(0), 86_401] {
                #expect(
                    try await world.caller.post(path, Self.body("/a", ["file": file(seconds)])).faults == [
                        "file.settle_seconds"
                    ]
                )
            }
            #expect(try await world.caller.post(path, Self.body("/a", ["file": .null])).faults == ["file"])
            #expect(
                try await world.caller.post(path, Self.body("/a", ["format": .string("host_joined")])).faults == [
                    "file"
                ]
            )
            #expect(try await world.caller.post(path, Self.body("/a", ["topic": .string("a")])).faults == ["topic"])
            #expect(
                try await world.caller.post(path, Self.body("/a", ["addresses": .array([.string("192.0.2.1")])])).faults
                    == ["addresses"]
            )
            let placed = try await world.caller.post(
                "/tasks",
                taskBody([
                    "name": .string("placed"), "schedule_type": .string("manual"), "cron_expr": .null,
                    "placement": ["kind": JSON.string("one_of")].json,
                ])
            )
            let id = try #require(placed.data["id"]?.int, "\(placed.text)")
            #expect(try await world.caller.post("/tasks/\(id)/hooks", Self.body()).faults == ["format"])
        }
    }
}
