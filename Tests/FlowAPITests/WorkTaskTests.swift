// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Plugin, SQL and built-in tasks")
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
    ]

    private static func body(_ name: String, _ type: Int64, _ configuration: JSON) -> [String: JSON] {
        [
            "name": .string(name), "executor_type": .integer(type), "executor_config": configuration,
            "schedule_type": "manual".json, "group_ids": .array([.integer(1)]),
        ]
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
                (6, .object([.init("plugin", "p")]), "executor_type"),
            ]
            for (type, configuration, path) in wrong {
                let answer = try await caller.post("/tasks", Self.body("t", type, configuration))
                #expect([400, 422].contains(answer.status) && answer.text.contains("\"\(path)\""), "\(answer.text)")
            }
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
        }
    }
}
