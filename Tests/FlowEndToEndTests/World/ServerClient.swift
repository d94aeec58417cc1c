// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// Speaks REST with a server, signed in as the administrator.
struct ServerClient: Sendable {
    let base: String
    let token: String

    struct Refusal: Error, CustomStringConvertible {
        let status: Int
        let text: String
        var description: String { "\(self.status): \(self.text)" }
    }

    static func signIn(base: String, password: String) async throws -> ServerClient {
        let anonymous = ServerClient(base: base, token: "")
        let answer = try await anonymous.call(
            "POST",
            "/auth/login",
            ["username": "admin", "password": .text(password)]
        )
        return ServerClient(base: base, token: answer["token"]?.string ?? "")
    }

    /// Calls the API.
    ///
    /// - Returns: `data` of the answer.
    /// - Throws: ``Refusal`` for anything but 2xx.
    @discardableResult
    func call(
        _ method: String,
        _ path: String,
        _ body: Value? = nil,
        headers: [String: String] = [:]
    ) async throws -> Value {
        var request = HTTPClientRequest(url: self.base + "/api/v1" + path)
        request.method = .RAW(value: method)
        if !self.token.isEmpty { request.headers.add(name: "authorization", value: "Bearer \(self.token)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let bytes = try await response.body.collect(upTo: 8 * 1024 * 1024)
        guard (200..<300).contains(response.status.code) else {
            throw Refusal(status: Int(response.status.code), text: String(buffer: bytes))
        }
        let answer = try JSONDecoder().decode(Value.self, from: Data(bytes.readableBytesView))
        return answer["data"] ?? .null
    }

    // MARK: What tests ask for often

    /// Creates a job that runs a script; by hand only, unless told otherwise.
    func createJob(
        _ name: String,
        command: String,
        groups: [Int],
        with more: [String: Value] = [:]
    ) async throws -> Int {
        var body: [String: Value] = [
            "name": .text(name), "executor_type": 1, "executor_config": ["command": .text(command)],
            "group_ids": .list(groups.map { .number(Double($0)) }),
        ]
        body.merge(more) { $1 }
        if body["cron_expr"] == nil, body["schedule_type"] == nil { body["schedule_type"] = "manual" }
        let job = try await self.call("POST", "/tasks", .members(body))
        return job["id"]?.int ?? -1
    }

    /// The built-in group of everybody.
    func everyone() async throws -> Int {
        let groups = try await self.call("GET", "/groups").items
        return groups.first { $0["builtin"] == .bool(true) }?["id"]?.int ?? -1
    }

    func trigger(_ job: Int, parameters: [String: Value] = [:], key: String? = nil) async throws -> Value {
        try await self.call(
            "POST",
            "/tasks/\(job)/trigger",
            ["params": .members(parameters)],
            headers: key.map { ["Idempotency-Key": $0] } ?? [:]
        )
    }

    /// All executions of a job, oldest first.
    ///
    /// Page by page: a job of every second has more than one page by the time a busy machine has started two servers. What is
    /// recorded meanwhile moves the pages, so each execution is taken once.
    func executions(of job: Int) async throws -> [Value] {
        var rows: [Value] = []
        var seen: Set<String> = []
        for page in 1...100 {
            let answer = try await self.call("GET", "/executions?task_id=\(job)&page_size=100&page=\(page)")
            let items = answer["items"]?.items ?? []
            for item in items {
                if let id = item["id"]?.string, seen.insert(id).inserted { rows.append(item) }
            }
            if items.count < 100 { break }
        }
        return rows.reversed()
    }

    func execution(_ id: String) async throws -> Value { try await self.call("GET", "/executions/\(id)") }

    /// Triggers a job that runs on one host, and waits until it runs there.
    func startOne(_ job: Int, parameters: [String: Value] = [:]) async throws -> String {
        let started = try await self.trigger(job, parameters: parameters)
        guard let id = started["execution_id"]?.string else { throw Late(what: "an execution: \(started)") }
        try await eventually("execution \(id) to run") {
            try await self.execution(id)["status_name"]?.string == "RUNNING" ? true : nil
        }
        return id
    }

    /// Waits until an execution has ended.
    func ended(_ id: String, within limit: Duration = .seconds(20)) async throws -> Value {
        try await eventually("the end of execution \(id)", within: limit) {
            let execution = try await self.execution(id)
            let status = execution["status_name"]?.string ?? ""
            return ["PENDING", "RUNNING"].contains(status) ? nil : execution
        }
    }

    /// Triggers a job that runs on one host, and waits for the end.
    func runOne(_ job: Int, parameters: [String: Value] = [:]) async throws -> Value {
        let started = try await self.trigger(job, parameters: parameters)
        guard let id = started["execution_id"]?.string else { throw Late(what: "an execution: \(started)") }
        return try await self.ended(id)
    }

    func clients() async throws -> [Value] { try await self.call("GET", "/clients")["items"]?.items ?? [] }

    /// Waits until so many hosts are connected.
    func hostsOnline(_ count: Int, within limit: Duration = .seconds(30)) async throws -> [Value] {
        try await eventually("\(count) hosts online", within: limit) {
            let online = try await self.clients().filter { $0["status"]?.string == "online" }
            return online.count == count ? online : nil
        }
    }
}
