// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Plugin, SQL, built-in and container tasks")
struct WorkTaskTests {
    private static let configurations: [(Int64, JSON)] = [
        (3, .object([.init("plugin", "p"), .init("parameters", ["a": "{{x}}"])])),
        (
            4,
            .object([
                .init("connection", "sqlite:/srv/a.db"),
                .init(
                    "statements",
                    [JSON.object([.init("sql", "SELECT ?1"), .init("parameters", ["{{x}}", "y"])])]
                ),
                .init("row_limit", 7),
            ])
        ),
        (
            5,
            .object([
                .init("builtin", "clean_files"), .init("path", "/var/x"), .init("older_than_days", 3),
                .init("pattern", "*.log"), .init("dry_run", true),
            ])
        ),
        (5, .object([.init("builtin", "check_tcp"), .init("host", "db"), .init("port", 5432)])),
        (
            5,
            .object([
                .init("builtin", "check_http"), .init("url", "https://example.org/"),
                .init("expected_status", [Int64(204)]),
            ])
        ),
        (5, .object([.init("builtin", "check_disk"), .init("path", "/"), .init("min_free_percent", 10)])),
        (
            6,
            .object([
                .init("image", "registry.example.org:5000/team/app@sha256:0123"),
                .init("command", ["run", "--all", ""]), .init("env", ["A": "b", "PATH": "/opt/bin"]),
                .init(
                    "mounts",
                    [JSON.object([.init("source", "/srv/a"), .init("target", "/a"), .init("read_only", false)])]
                ),
                .init("network", "none"), .init("pull", "never"), .init("user", "1000:1000"),
                .init("work_dir", "/a"), .init("memory_bytes", Int64(64 << 20)), .init("cpu_percent", 150),
                .init("success_codes", [Int64(0), Int64(3)]),
            ])
        ),
    ]

    private static func body(_ name: String, _ type: Int64, _ configuration: JSON) -> [String: JSON] {
        [
            "name": .string(name), "executor_type": .integer(type), "executor_config": configuration,
            "schedule_type": "manual".json, "group_ids": .array([.integer(1)]),
        ]
    }

    private static func container(_ member: JSON.Member) -> JSON { .object([.init("image", "a"), member]) }

    private static func mount(_ source: String) -> JSON {
        self.container(.init("mounts", [JSON.object([.init("source", source), .init("target", "/a")])]))
    }

    @Test("No image is an option of the engine, or anything else than a name")
    func images() async throws {
        try await TestServer.with { _, caller in
            for image in ["-v", "--privileged", "", "a b", "a;id", "a\nb", "$(id)", String(repeating: "a", count: 513)]
            {
                let body = Self.body("t", 6, .object([.init("image", image)]))
                let answer = try await caller.post("/tasks", body)
                #expect([400, 422].contains(answer.status), "\(image): \(answer.text)")
                #expect(answer.text.contains("\"executor_config.image\""), "\(image): \(answer.text)")
            }
        }
    }

    @Test("A number without a fraction is an integer however it is written; one with a fraction is none")
    func integers() async throws {
        try await TestServer.with { _, caller in
            for (timeout, status) in [(JSON.number(60), 201), (.number(60.5), 422), (.number(1e300), 422)] {
                var body = Self.body("t\(status) \(timeout)", 3, .object([.init("plugin", "p")]))
                body["timeout"] = timeout
                let answer = try await caller.post("/tasks", body)
                #expect(answer.status == status || (status == 422 && answer.status == 400), "\(answer.text)")
                if status == 201 { #expect(answer.data["timeout"] == .integer(60)) }
            }
        }
    }

    @Test("Each kind is shown as it was written")
    func shown() async throws {
        try await TestServer.with { _, caller in
            for (index, (type, configuration)) in Self.configurations.enumerated() {
                let answer = try await caller.post("/tasks", Self.body("t\(index)", type, configuration))
                #expect(answer.status == 201, "\(answer.text)")
                #expect(answer.data["executor_type"] == .integer(type))
                #expect(answer.data["executor_config"] == configuration, "\(answer.text)")
            }
        }
    }

    @Test("What is wrong with one is said where it stands, and nothing is stored")
    func refused() async throws {
        try await TestServer.with { _, caller in
            let wrong: [(Int64, JSON, String)] = [
                (3, .object([.init("plugin", "../x")]), "executor_config.plugin"),
                (3, .object([.init("plugin", "p"), .init("command", "x")]), "executor_config.command"),
                (4, .object([.init("connection", "sqlite:/a")]), "executor_config.statements"),
                (5, .object([.init("builtin", "reboot")]), "executor_config.builtin"),
                (5, .object([.init("builtin", "check_tcp"), .init("host", "db")]), "executor_config.port"),
                (7, .object([.init("plugin", "p")]), "executor_type"),
                (6, .object([.init("command", ["x"])]), "executor_config.image"),
                (6, Self.container(.init("privileged", true)), "executor_config.privileged"),
                (6, Self.container(.init("network", "container:db")), "executor_config.network"),
                (6, Self.container(.init("user", "root:--x")), "executor_config.user"),
                (6, Self.container(.init("memory_bytes", Int64(1))), "executor_config.memory_bytes"),
                (6, Self.container(.init("cpu_percent", Int64.max)), "executor_config.cpu_percent"),
                (6, Self.container(.init("env", ["PATH": "secret:X"])), "executor_config.env.PATH"),
                (6, Self.container(.init("env", ["QF_X": "1"])), "executor_config.env.QF_X"),
                (6, Self.container(.init("command", ["${secret:X}"])), "executor_config.command[0]"),
                (6, Self.mount("/srv,readonly=false"), "executor_config.mounts[0].source"),
                (6, Self.mount("/srv/../etc"), "executor_config.mounts[0].source"),
                (6, Self.mount("/srv/a:b"), "executor_config.mounts[0].source"),
                (6, Self.mount("srv"), "executor_config.mounts[0].source"),
            ]
            for (type, configuration, path) in wrong {
                let answer = try await caller.post("/tasks", Self.body("t", type, configuration))
                #expect([400, 422].contains(answer.status) && answer.text.contains("\"\(path)\""), "\(answer.text)")
            }
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
        }
    }
}
