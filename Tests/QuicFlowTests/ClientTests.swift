// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import quicflow

@Suite struct ClientTests {
    private let server = ServerAddress.standard

    private func answer(_ status: Int, _ body: String) -> APIAnswer {
        APIAnswer(status: status, body: Data(body.utf8), server: self.server)
    }

    @Test(
        "one server has one spelling, so that its session is found again",
        arguments: [
            ("127.0.0.1:8475", "http://127.0.0.1:8475"), ("HTTPS://Flow.Example.com/", "https://flow.example.com"),
            ("http://[::1]:8475", "http://[::1]:8475"), ("localhost", "http://localhost"),
        ]
    )
    func address(text: String, normalised: String) {
        #expect(ServerAddress(text)?.description == normalised)
    }

    @Test(
        "what is no server's address is refused",
        arguments: ["", "ftp://x", "http://", "http://x/path", "http://user@x", "http://x?y", "http://x:port"]
    )
    func badAddress(text: String) {
        #expect(ServerAddress(text) == nil)
    }

    @Test("everything but the unreserved characters is escaped in a query")
    func query() {
        #expect(
            self.server.url(path: "/tasks", query: [("keyword", "a+b & 数"), ("status", nil)])
                == "http://127.0.0.1:8475/api/v1/tasks?keyword=a%2Bb%20%26%20%E6%95%B0"
        )
    }

    @Test("the envelope is opened")
    func data() throws {
        #expect(try self.answer(200, #"{"code":0,"data":{"id":7}}"#).data()["id"].integer == 7)
    }

    @Test(
        "a refusal becomes its exit code",
        arguments: [
            (400, CommandStatus.usage), (422, .usage), (401, .denied), (403, .denied), (404, .notFound),
            (409, .conflict),
            (429, .failed), (500, .failed), (503, .unreachable),
        ]
    )
    func refusal(status: Int, exit: CommandStatus) {
        let body = #"{"code":1,"message":"no","details":[{"path":"cron_expr","message":"bad","code":"x"}]}"#
        #expect {
            try self.answer(status, body).data()
        } throws: { error in
            (error as? CommandFailure)?.status == exit && (error as? CommandFailure)?.details == ["cron_expr: bad"]
        }
    }

    @Test("something else on that port is not taken for a server")
    func foreign() {
        #expect(throws: CommandFailure.self) { try self.answer(200, "<html>").data() }
        #expect(throws: CommandFailure.self) { try self.answer(200, #"{"data":1}"#).data() }
    }

    @Test("credentials are the user's alone, and a broken file is not overwritten silently")
    func credentials() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("quicflow-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let url = Credentials.standardURL(environment: ["XDG_CONFIG_HOME": directory.path])
        var credentials = try Credentials(readingFrom: url)
        #expect(credentials == Credentials())
        credentials[self.server] = Credentials.Session(token: "secret", username: "admin", expiresAt: nil)
        try credentials.write(to: url)
        #expect(try Credentials(readingFrom: url) == credentials)
        let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try Data("{".utf8).write(to: url)
        #expect(throws: CommandFailure.self) { try Credentials(readingFrom: url) }
    }

    @Test("a relative XDG_CONFIG_HOME is ignored")
    func configurationHome() {
        let url = Credentials.standardURL(environment: ["HOME": "/home/a", "XDG_CONFIG_HOME": "here"])
        #expect(url.path == "/home/a/.config/quicflow/credentials.json")
    }

    @Test("JSON passes through unchanged, unknown fields and large numbers included")
    func json() throws {
        let text = #"{"a":[1,2.5,true,null,"数"],"big":9007199254740993}"#
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(value["big"].integer == 9_007_199_254_740_993)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.pretty.utf8)) == value)
    }

    @Test("a line that goes on behind a page is gone on with, and not printed again (S1-FR-4.2)")
    func pageEdges() {
        func piece(_ text: String, leftOut: JSONValue = .null) -> JSONValue {
            .object(["text": .string(text), "left_out": leftOut])
        }
        func endsWithin(_ pieces: [JSONValue]) -> Bool { LogPart.endsWithinLine(.object(["pieces": .array(pieces)])) }
        #expect(
            endsWithin([piece("a\n"), piece("b")])
                && endsWithin([piece("a"), piece("[1 left]\n", leftOut: .integer(1))])
        )
        #expect(!endsWithin([piece("b"), piece("a\r\n")]) && !endsWithin([]))
        let line = LogPart.upToLineEnd(piece("b\r\nc\nd"))
        #expect(line.text == "b\r\n" && line.isEnd)
        let part = LogPart.upToLineEnd(piece("b"))
        #expect(part.text == "b" && !part.isEnd)
        let remark = LogPart.upToLineEnd(piece("[1 left]\n", leftOut: .integer(1)))
        #expect(remark.text == "[1 left]\n" && !remark.isEnd)
    }

    @Test("A server is named once and used by its name; what is said nearer wins")
    func profiles() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("quicflow-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        var environment = ["XDG_CONFIG_HOME": directory.path]
        func address(_ server: String? = nil, _ profile: String? = nil) throws -> String {
            try ServerOptions.address(
                server: server.flatMap { ServerAddress($0) },
                profile: profile,
                environment: environment
            ).description
        }
        #expect(try address() == ServerAddress.standard.description)
        var profiles = Profiles()
        profiles.servers = ["prod": "https://flow.example.com", "test": "http://test:8475", "old": "ftp://x"]
        try profiles.write(to: Profiles.standardURL(environment: environment))
        #expect(try address() == ServerAddress.standard.description)
        #expect(try address(nil, "prod") == "https://flow.example.com")
        profiles.current = "test"
        try profiles.write(to: Profiles.standardURL(environment: environment))
        #expect(try address() == "http://test:8475")
        environment["QUARTZFLOW_PROFILE"] = "prod"
        #expect(try address() == "https://flow.example.com")
        environment["QUARTZFLOW_SERVER"] = "http://env:1"
        #expect(try address() == "http://env:1")
        #expect(try address(nil, "test") == "http://test:8475")
        #expect(try address("http://given:2", "test") == "http://given:2")
        for name in ["gone", "old"] { #expect(throws: CommandFailure.self) { try address(nil, name) } }
        #expect(
            Profiles.isName("prod-1.eu") && !Profiles.isName("") && !Profiles.isName("a b") && !Profiles.isName("é")
        )
    }
}
