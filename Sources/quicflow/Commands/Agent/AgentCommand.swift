// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowCore
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// The agent of a host.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Run this host's agent.",
        subcommands: [Run.self, AgentStopCommand.self]
    )

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the agent until it is told to stop.",
            discussion: """
                The first start joins a server: give --server and --join-token (or QUARTZFLOW_JOIN_TOKEN), made with \
                'quicflow-server token create'. Later starts need neither.

                SIGTERM ends the agent and not its jobs: they go on, and the next start of the agent takes over. SIGINT (Ctrl-C) \
                and 'quicflow agent stop' end them as well.
                """
        )

        @Option(help: "Server, host:port; may be repeated.")
        var server: [String] = []

        @Option(help: "Single-use join token; needed for the first start.")
        var joinToken: String?

        @Option(help: "Where the agent keeps its identity, ledger and output.")
        var dataDir = NSHomeDirectory() + "/.quicflow"

        @Option(help: "What people call this host; its host name by default.")
        var name = ""

        @Option(
            name: .customLong("label"),
            help: """
                Something true of this host, NAME=VALUE, by which rules put it into groups; may be repeated. Else \
                QUARTZFLOW_LABELS, or the lines of DATA-DIR/labels.
                """
        )
        var labels: [String] = []

        @Option(
            help: """
                Group this host joins when it first starts, by name or number, as far as the join token allows it; may be \
                repeated. Else QUARTZFLOW_GROUP, or the lines of DATA-DIR/groups.
                """
        )
        var group: [String] = []

        @Option(
            help: "What this host allows, a JSON file (docs/executors.md); /etc/quicflow/policy.json if it is there."
        )
        var policy: String?

        @Option(help: "Seconds for which jobs go on after the server said that it does not know this host.")
        var leaveAfter = 0

        @Flag(help: "SIGTERM ends the jobs too; always so for the first process of a container.")
        var stopJobs = false

        @Option(help: "Days for which this host keeps its records, statistics and outputs; 7 to 400.")
        var keepDays = 7

        @Option(
            help: """
                Also keep the records of each day as files in this directory, such as ~/.quicflow/tasks \
                (docs/operations.md).
                """,
            completion: .directory
        )
        var exportDirectory: String?

        @Option(help: "How much to log: trace, debug, info, notice, warning, error.")
        var logLevel = "notice"

        func run() async throws {
            guard let level = Logger.Level(rawValue: self.logLevel) else {
                throw ValidationError.said(
                    "--log-level is '\(self.logLevel)'; write trace, debug, info, notice, warning or error."
                )
            }
            LoggingSystem.bootstrap { label in
                var handler = StreamLogHandler.standardError(label: label)
                handler.logLevel = level
                return handler
            }
            let logger = Logger(label: "quicflow-agent")
            let token = self.joinToken ?? ProcessInfo.processInfo.environment["QUARTZFLOW_JOIN_TOKEN"]
            // Jobs must not inherit it.
            unsetenv("QUARTZFLOW_JOIN_TOKEN")
            guard (0...31_536_000).contains(self.leaveAfter) else {
                throw ValidationError.said("--leave-after is \(self.leaveAfter); write 0 to 31536000 seconds.")
            }
            guard (7...400).contains(self.keepDays) else {
                throw ValidationError.said("--keep-days is \(self.keepDays); write 7 to 400 days.")
            }
            var configuration = Agent.Configuration(
                servers: self.server,
                joinToken: token,
                dataDirectory: URL(fileURLWithPath: self.dataDir).standardized.path,
                name: self.name
            )
            let labels = try OwnLabels.read(
                said: self.labels,
                environment: ProcessInfo.processInfo.environment,
                dataDirectory: configuration.dataDirectory
            )
            configuration.labels = try HostLabels.parsed(labels)
            configuration.groups = try OwnGroups.read(
                said: self.group,
                environment: ProcessInfo.processInfo.environment,
                dataDirectory: configuration.dataDirectory
            )
            configuration.keptDays = self.keepDays
            configuration.policyFile = self.policy
            configuration.exportDirectory = self.exportDirectory.map { URL(fileURLWithPath: $0).standardized.path }
            configuration.dismissalGrace = .seconds(self.leaveAfter)
            let agent = Agent(configuration: configuration, logger: logger)
            // Before anything is started: a signal that comes meanwhile waits for its answer.
            let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
            let services = try await agent.prepare()
            var group = ServiceGroupConfiguration(
                services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
                logger: logger
            )
            // Longer than jobs get between SIGTERM and SIGKILL, and the writing down of how they ended.
            group.maximumGracefulShutdownDuration = .seconds(20)
            // When a container's first process ends, the kernel ends all the others.
            let endsJobs = self.stopJobs || getpid() == 1
            let running = ServiceGroup(configuration: group)
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await running.run() }
                tasks.addTask {
                    for await signal in signals {
                        if signal == .sigterm, !endsJobs { agent.jobsAtStop.leave() }
                        await running.triggerGracefulShutdown()
                    }
                }
                try await tasks.next()
                tasks.cancelAll()
            }
        }
    }
}
