// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Files of the console")
struct ConsoleTests {
    private func write(_ text: String, _ path: String) throws {
        let url = URL(filePath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func build(_ server: TestServer) throws {
        try self.write("<html>console</html>", server.directory + "/dist/index.html")
        try self.write("let a = 1", server.directory + "/dist/c/app-1A2B3C4D.js")
        try self.write("BROTLI", server.directory + "/dist/c/app-1A2B3C4D.js.br")
        try self.write("GZIP", server.directory + "/dist/c/app-1A2B3C4D.js.gz")
        try self.write("<html>docs</html>", server.directory + "/dist/docs/index.html")
        try self.write("<html>reader</html>", server.directory + "/dist/docs/redoc.html")
        try self.write("secret", server.directory + "/secret.txt")
        try FileManager.default.createSymbolicLink(
            atPath: server.directory + "/dist/link.txt",
            withDestinationPath: server.directory + "/secret.txt"
        )
    }

    @Test("Pages only the console knows get index.html, which is asked for anew each time")
    func pages() async throws {
        try await TestServer.with(user: nil, console: "dist") { server, caller in
            try self.build(server)
            for path in ["!/", "!/jobs/12/edit", "!/executions"] {
                let answer = try await caller.get(path)
                #expect(answer.text == "<html>console</html>")
                #expect(answer.headers[.cacheControl] == "no-cache")
                let tag = try #require(answer.headers[.eTag])
                #expect(try await caller.with("If-None-Match", tag).get(path).status == 304)
            }
            #expect(try await caller.get("!/docs").text == "<html>docs</html>")
            #expect(try await caller.get("!/redoc").text == "<html>reader</html>")
            #expect(try await caller.call(.post, "!/jobs").status == 405)
            #expect(try await caller.get("/nothing").error == "not_found")
        }
    }

    @Test("Hashed files never change and come compressed when the browser takes that")
    func assets() async throws {
        try await TestServer.with(user: nil, console: "dist") { server, caller in
            try self.build(server)
            let plain = try await caller.get("!/c/app-1A2B3C4D.js")
            #expect(plain.text == "let a = 1")
            #expect(plain.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(plain.headers[.contentType] == "text/javascript; charset=utf-8")
            let brotli = try await caller.with("Accept-Encoding", "gzip, br").get("!/c/app-1A2B3C4D.js")
            #expect(brotli.text == "BROTLI")
            #expect(brotli.headers[.contentEncoding] == "br")
            #expect(brotli.headers[.eTag] != plain.headers[.eTag])
            let gzip = try await caller.with("Accept-Encoding", "gzip, br;q=0").get("!/c/app-1A2B3C4D.js")
            #expect(gzip.text == "GZIP")
            #expect(try await caller.get("!/c/app-00000000.js").status == 404)
        }
    }

    @Test(
        "No path leads out of the directory",
        arguments: [
            "/../secret.txt", "/c/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
            "/c/..%5c..%5csecret.txt",
            "//secret.txt", "/link.txt", "/c/app-1A2B3C4D.js.br/../../../secret.txt", "/%00",
        ]
    )
    func traversal(path: String) async throws {
        try await TestServer.with(user: nil, console: "dist") { server, caller in
            try self.build(server)
            let answer = try await caller.get("!" + path)
            #expect(answer.status == 404)
            #expect(!answer.text.contains("secret\n") && answer.text != "secret")
        }
    }

    @Test("Without a build there is a page that says how to make one; a later build is found without a restart")
    func missing() async throws {
        try await TestServer.with(user: nil, console: "dist") { server, caller in
            let answer = try await caller.get("!/")
            #expect(answer.status == 503)
            #expect(answer.text.contains("make web"))
            try self.build(server)
            #expect(try await caller.get("!/").text == "<html>console</html>")
        }
    }
}
