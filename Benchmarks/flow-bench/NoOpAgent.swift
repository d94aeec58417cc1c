// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// A whole agent (ledger, decisions, QUIC) that starts nothing: what remains when programs cost no time.
struct NoOpAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "no-op-agent",
        abstract: "Runs an agent whose jobs end as soon as they start (for scripts/bench-e2e.py).",
        shouldDisplay: false
    )

    @Option(help: "The server, host:port.")
    var server: String

    @Option(help: "Where the agent keeps its identity and ledger.")
    var dataDir: String

    @Option(help: "What people call the agent.")
    var name = "no-op"

    func run() async throws {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .notice
            return handler
        }
        let agent = Agent(
            configuration: Agent.Configuration(
                servers: [self.server],
                joinToken: ProcessInfo.processInfo.environment["QUARTZFLOW_JOIN_TOKEN"],
                dataDirectory: self.dataDir,
                name: self.name
            ),
            logger: Logger(label: "no-op-agent")
        )
        var configuration = ServiceGroupConfiguration(
            services: try await agent.prepare(launcher: NoOpLauncher()).map {
                ServiceGroupConfiguration.ServiceConfiguration(service: $0)
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "no-op-agent")
        )
        configuration.maximumGracefulShutdownDuration = .seconds(3)
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// Answers every attempt at once: started now, ended now, with success and no output.
private struct NoOpLauncher: ExecutionLauncher {
    let events: AsyncStream<SupervisorEvent>
    private let inlet: AsyncStream<SupervisorEvent>.Continuation

    init() { (self.events, self.inlet) = AsyncStream.makeStream() }

    func launch(_ launches: [Launch]) async {
        for launch in launches {
            let now = Self.bootMicroseconds()
            self.inlet.yield(.started(launch.id, attempt: launch.attempt, at: now))
            let outcome = Outcome(status: .success, exitCode: 0, startedAt: now, finishedAt: now)
            self.inlet.yield(.finished(launch.id, attempt: launch.attempt, outcome))
        }
    }

    func cancel(_ id: ExecutionID, force: Bool) async {}

    /// The clock that agents think in.
    private static func bootMicroseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
