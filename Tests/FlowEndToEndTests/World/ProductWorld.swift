// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Foundation
import Synchronization
import Testing

/// A directory of its own with the real programs working in it.
///
/// Whatever they started is gone when the test ends: every process is found by the directory's name.
final class ProductWorld: Sendable {
    let directory: String
    let httpPort: Int
    let agentsPort: Int
    /// Of a second server on the same database.
    let second: (httpPort: Int, agentsPort: Int)

    private init() throws {
        let base = FileManager.default.temporaryDirectory.path
        self.directory = base + "/qf-e2e-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        self.httpPort = try Self.freePort(SOCK_STREAM)
        self.agentsPort = try Self.freePort(SOCK_DGRAM)
        self.second = (try Self.freePort(SOCK_STREAM), try Self.freePort(SOCK_DGRAM))
    }

    /// - Parameter database: false where a test names the database itself, or needs SQLite's file.
    static func with(database: Bool = true, _ body: (ProductWorld) async throws -> Void) async throws {
        guard database else { return try await self.withDatabase(nil, body) }
        try await TestDatabase.with { address in try await self.withDatabase(address, body) }
    }

    private static func withDatabase(
        _ address: String?,
        _ body: (ProductWorld) async throws -> Void
    ) async throws {
        let world = try ProductWorld()
        if let address { Program.databases.withLock { $0[world.directory] = address } }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(world))
        } catch {
            result = .failure(error)
            print("logs of \(world.directory):\n\(world.logs())")
        }
        await world.clear()
        try result.get()
    }

    private func logs() -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.directory)) ?? []
        return names.filter { $0.hasSuffix(".log") }.sorted().prefix(6).map { name in
            let bytes = FileManager.default.contents(atPath: self.directory + "/" + name) ?? Data()
            return "== \(name)\n" + String(decoding: bytes.suffix(3000), as: UTF8.self)
        }.joined(separator: "\n")
    }

    /// Kills until nobody is left, as a dying server's companion may start another process meanwhile.
    private func clear() async {
        for _ in 0..<100 {
            let left = ProcessTable.ids(mentioning: self.directory)
            if left.isEmpty { break }
            for pid in left { kill(pid, SIGKILL) }
            try? await Task.sleep(for: .milliseconds(20))
        }
        try? FileManager.default.removeItem(atPath: self.directory)
    }

    // MARK: Programs

    /// The server's own directory under `dev`, and where `serve` works here.
    var serverDirectory: String { self.directory + "/data/server" }
    var agentDirectory: String { self.directory + "/data/agent" }

    private func log(_ name: String) -> String { "\(self.directory)/\(name)-\(UUID().uuidString.prefix(4)).log" }

    /// - Parameter wrapper: a program and its arguments that become the server in the end.
    func startDev(_ more: [String] = [], wrapper: [String] = []) throws -> Program {
        try Program(
            "quicflow-server",
            [
                "dev", "--data-dir", self.directory + "/data", "--http", "127.0.0.1:\(self.httpPort)",
                "--agents", "127.0.0.1:\(self.agentsPort)", "--no-samples",
                "--admin-password-file", self.directory + "/password",
            ] + more,
            home: self.directory,
            log: self.log("dev"),
            wrapper: wrapper
        )
    }

    /// - Parameters:
    ///   - http: further lines of the section `http`, indented.
    ///   - database: the address of a PostgreSQL instead of SQLite.
    ///   - isSecond: a server beside the first, with a data directory and ports of its own.
    ///   - key: the master key that both have.
    ///   - environment: what it finds in its environment beside that.
    ///   - arguments: further ones.
    func startServe(
        http: String = "",
        database: String? = nil,
        isSecond: Bool = false,
        key: String? = nil,
        environment: [String: String] = [:],
        arguments: [String] = []
    ) throws -> Program {
        let file = self.directory + (isSecond ? "/second.yaml" : "/server.yaml")
        let ports = isSecond ? self.second : (self.httpPort, self.agentsPort)
        let text = """
            data-directory: \(self.serverDirectory)\(isSecond ? "-2" : "")
            \(database.map { "database.url: \"\($0)\"" } ?? "")
            http:
              listen: 127.0.0.1:\(ports.0)
            \(http)
            agents:
              listen: 127.0.0.1:\(ports.1)
            admin:
              password-file: \(self.directory)/password
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.createDirectory(
            atPath: self.directory + "/data",
            withIntermediateDirectories: true
        )
        return try Program(
            "quicflow-server",
            ["serve", "--config", file] + arguments,
            home: self.directory,
            log: self.log("serve"),
            environment: environment.merging(key.map { ["QUARTZFLOW_SECRET_KEY": $0] } ?? [:]) { $1 }
        )
    }

    /// Makes a join token as an administrator would, beside the running server.
    func token(group: String? = nil, database: String? = nil) async throws -> String {
        let arguments =
            ["token", "create", "--data-dir", self.serverDirectory] + (group.map { ["--group", $0] } ?? [])
            + (database.map { ["--database", $0] } ?? [])
        let (code, output) = try await Program.run("quicflow-server", arguments, home: self.directory)
        guard code == 0, let token = output.split(separator: "\n").last else { throw Late(what: "token: \(output)") }
        return String(token)
    }

    /// - Parameters:
    ///   - wrapper: a program and its arguments that become the agent in the end.
    ///   - ports: of the servers it knows, in the order in which it tries them; the first one's by default.
    ///   - directory: its data directory within the world's; its name by default.
    ///   - arguments: further ones.
    func startAgent(
        _ name: String,
        token: String,
        wrapper: [String] = [],
        ports: [Int]? = nil,
        directory: String? = nil,
        arguments: [String] = []
    ) throws -> Program {
        try Program(
            "quicflow",
            ["agent", "run"] + (ports ?? [self.agentsPort]).flatMap { ["--server", "127.0.0.1:\($0)"] } + [
                "--join-token", token, "--name", name, "--data-dir", self.directory + "/" + (directory ?? name),
            ] + arguments,
            home: self.directory,
            log: self.log(directory ?? name),
            wrapper: wrapper
        )
    }

    /// Waits for the server, and signs in.
    func client(of server: Program, port: Int? = nil) async throws -> ServerClient {
        let base = "http://127.0.0.1:\(port ?? self.httpPort)"
        return try await eventually("an answer of the server", within: .seconds(150)) {
            if let code = server.exitCode { throw Late(what: "the server ended with \(code): \(server.output)") }
            guard let password = FileManager.default.contents(atPath: self.directory + "/password") else { return nil }
            return try? await ServerClient.signIn(base: base, password: String(decoding: password, as: UTF8.self))
        }
    }

    private static func freePort(_ type: __socket_type) throws -> Int {
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard result else { throw Late(what: "a free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
