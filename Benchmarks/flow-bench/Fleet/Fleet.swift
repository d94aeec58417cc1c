// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowCore
import FlowQUIC
import FlowStore
import Foundation
import Logging
import NIOPosix

/// Many hosts in one process, for what a server does with many: each is a ``FleetAgent``.
///
/// Reads commands from standard input, one a line, and answers each with one line:
/// `handshakes`, `connect`, `settle VERSION`, `output STREAMS BYTES`; it ends with its input.
struct Fleet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Runs many agents without jobs in one process (for scripts/bench-e2e.py).",
        shouldDisplay: false
    )

    @Option(help: "The server, host:port.")
    var server: String

    @Option(help: "The server's database file: join tokens are made there.")
    var database: String

    @Option(help: "Where identities are kept.")
    var directory: String

    @Option(help: "Hosts.")
    var agents = 500

    struct Overdue: Error, CustomStringConvertible { let description: String }

    func run() async throws {
        Self.raiseFileLimit()
        let logger = Logger(label: "fleet") { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .error
            return handler
        }
        guard let first = ProcessInfo.processInfo.environment["QUARTZFLOW_JOIN_TOKEN"] else {
            throw ValidationError("QUARTZFLOW_JOIN_TOKEN is not set.")
        }
        let clock = ContinuousClock()
        let start = clock.now
        let fleet = try await self.enrol(try await self.tokens(like: try JoinTokenFormat(parsing: first)), logger)
        Self.answer("enrolled \(fleet.count) \((clock.now - start).seconds)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for await line in Self.commands() {
                let words = line.split(separator: " ")
                let start = clock.now
                switch words.first {
                case "handshakes":
                    try await Self.shakeHands(fleet)
                    Self.answer("handshakes \((clock.now - start).seconds)")
                case "connect":
                    for agent in fleet { group.addTask { try await agent.run() } }
                    try await Self.wait("all hosts to be configured") {
                        fleet.allSatisfy { $0.settledVersion > 0 }
                    }
                    let jobs = fleet.reduce(0) { $0 + $1.toldJobs }
                    Self.answer("connected \((clock.now - start).seconds) \(jobs)")
                case "settle":
                    let version = words.count > 1 ? Int64(words[1]) ?? 0 : 0
                    try await Self.wait("all hosts to have version \(version)") {
                        fleet.allSatisfy { $0.settledVersion >= version }
                    }
                    Self.answer("settled \((clock.now - start).seconds)")
                case "output":
                    guard words.count == 3, let streams = Int(words[1]), let bytes = Int(words[2]),
                        let agent = fleet.first
                    else { throw ValidationError("output STREAMS BYTES") }
                    try await Self.wait("\(streams) orders") { agent.orders.count >= streams }
                    let output = FleetOutput(agent: agent, bytes: bytes)
                    let spent = try await output.run(Array(agent.orders.prefix(streams)))
                    Self.answer("output \(spent.seconds)")
                default: throw ValidationError("There is no command '\(line)'.")
                }
            }
            group.cancelAll()
        }
    }

    /// One after the other, since what is measured is waited for in minutes and told in hundredths of a second.
    static func wait(_ what: String, _ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(300)
        while !condition() {
            guard ContinuousClock.now < end else { throw Overdue(description: "waited 300 s for \(what)") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Tokens for the same authority as one that the server's own command made.
    private func tokens(like first: JoinTokenFormat) async throws -> [String] {
        let store = try SQLiteStore.openForAdministration(path: self.database)
        var random = SystemRandomNumberGenerator()
        var texts: [String] = []
        for _ in 0..<self.agents {
            let token = JoinTokenFormat.generate(authorityFingerprint: first.authorityFingerprint, using: &random)
            let now = FleetClock.now
            let record = token.record(groups: [], createdAt: now, expiresAt: now.advanced(byMilliseconds: 3_600_000))
            try await store.createJoinToken(record)
            texts.append(token.text)
        }
        try await store.close()
        return texts
    }

    private func enrol(_ tokens: [String], _ logger: Logger) async throws -> [FleetAgent] {
        try await withThrowingTaskGroup(of: FleetAgent.self) { group in
            var fleet: [FleetAgent] = []
            for (index, token) in tokens.enumerated() {
                // As many at once as one server is asked to look at with a good conscience.
                if index >= 16, let agent = try await group.next() { fleet.append(agent) }
                let directory = "\(self.directory)/\(index)"
                let server = self.server
                group.addTask {
                    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                    let enrolment = Enrolment(
                        store: try IdentityStore(dataDirectory: directory),
                        group: MultiThreadedEventLoopGroup.singleton,
                        logger: logger
                    )
                    let host = Enrolment.Host(
                        name: "fleet-\(index)",
                        hostname: "fleet-\(index)",
                        operatingSystem: "none",
                        version: FlowAgent.Agent.version
                    )
                    let identity = try await enrolment.enrol(token: token, servers: [server], host: host)
                    return FleetAgent(identity: identity, logger: logger)
                }
            }
            for try await agent in group { fleet.append(agent) }
            return fleet
        }
    }

    private static func shakeHands(_ fleet: [FleetAgent]) async throws {
        let connections = try await withThrowingTaskGroup(of: QUICConnection.self) { group in
            for agent in fleet { group.addTask { try await agent.shakeHands() } }
            var connections: [QUICConnection] = []
            for try await connection in group { connections.append(connection) }
            return connections
        }
        await withTaskGroup(of: Void.self) { group in
            for connection in connections { group.addTask { await connection.close(code: 0, reason: "") } }
        }
    }

    /// Lines of standard input, read on a thread of their own: whoever waits for one must not keep the agents' tasks waiting.
    private static func commands() -> AsyncStream<String> {
        let (lines, inlet) = AsyncStream.makeStream(of: String.self)
        let reader = Thread {
            while let line = readLine() { inlet.yield(line) }
            inlet.finish()
        }
        reader.start()
        return lines
    }

    /// A socket for each host.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func answer(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
