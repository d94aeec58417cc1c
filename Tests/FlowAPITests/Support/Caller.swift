// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FlowAPI

/// Makes requests and reads the envelope.
struct Caller: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: JSON
        let text: String

        var data: JSON { self.body["data"] ?? .null }
        /// The word for programs; S4's dialect has another place for it.
        var error: String? { self.body[self.body["success"] == nil ? "error" : "code"]?.text }
        /// The paths of the faults.
        var faults: [String] {
            guard case .array(let details)? = self.body["details"] else { return [] }
            return details.compactMap { $0["path"]?.text }
        }
    }

    let client: any TestClientProtocol
    var token: String?
    var cookie: String?
    var headers: HTTPFields = [:]

    init(client: any TestClientProtocol) { self.client = client }

    func signedIn(_ username: String, password: String = TestServer.password) async throws -> Caller {
        let answer = try await self.post("/auth/login", ["username": .string(username), "password": .string(password)])
        var caller = self
        caller.token = try #require(answer.data["token"]?.text)
        return caller
    }

    /// Changes the password and goes on with the session that begins then.
    func changing(_ old: String, to new: String) async throws -> Caller {
        let answer = try await self.post(
            "/auth/password",
            ["old_password": .string(old), "new_password": .string(new)]
        )
        var caller = self
        caller.token = try #require(answer.data["token"]?.text, "\(answer.text)")
        return caller
    }

    func with(_ name: String, _ value: String) throws -> Caller {
        var caller = self
        caller.headers[try #require(HTTPField.Name(name))] = value
        return caller
    }

    func call(_ method: HTTPRequest.Method, _ path: String, body: String? = nil) async throws -> Answer {
        var headers = self.headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        if let cookie { headers[.cookie] = cookie }
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        let uri = path.hasPrefix("!") ? String(path.dropFirst()) : Endpoint.base + path
        return try await self.client.execute(
            uri: uri,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(string: $0) }
        ) { response in
            let bytes = Array(response.body.readableBytesView)
            let answer = Answer(
                status: response.status.code,
                headers: response.headers,
                body: (try? JSONParser.parse(bytes)) ?? .null,
                text: String(decoding: bytes, as: UTF8.self)
            )
            ContractCheck.check(answer, method: method, uri: uri, body: body)
            return answer
        }
    }

    func get(_ path: String) async throws -> Answer { try await self.call(.get, path) }
    func delete(_ path: String) async throws -> Answer { try await self.call(.delete, path) }

    func post(_ path: String, _ body: [String: JSON] = [:]) async throws -> Answer {
        try await self.call(.post, path, body: JSONWriter.text(body.json))
    }

    func put(_ path: String, _ body: [String: JSON]) async throws -> Answer {
        try await self.call(.put, path, body: JSONWriter.text(body.json))
    }
}

extension JSON {
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var int: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    var items: [JSON] {
        if case .array(let items) = self { items } else { [] }
    }
}

/// A task's body as S1 has it, with changes.
func taskBody(_ changes: [String: JSON] = [:]) -> [String: JSON] {
    let standard: [String: JSON] = [
        "name": .string("clean logs"),
        "executor_type": .integer(1),
        "executor_config": ["command": JSON.string("true")].json,
        "cron_expr": .string("0 2 * * *"),
        "group_ids": .array([.integer(1)]),
    ]
    return standard.merging(changes) { $1 }
}
