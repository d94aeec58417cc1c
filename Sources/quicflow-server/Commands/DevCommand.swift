// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import Foundation
import Logging

/// Runs everything on one machine: the server, an agent and sample jobs.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run a server with a local agent and sample jobs, on embedded SQLite or a PostgreSQL."
    )

    @Option(help: "Where everything is kept.")
    var dataDir = ".quartzflow"

    @OptionGroup var database: DatabaseOption

    @Option(help: "Where people connect, host:port.")
    var http = "127.0.0.1:8475"

    @Option(help: "Where agents connect, host:port (UDP).")
    var agents = "127.0.0.1:8474"

    @Option(help: "Write the generated password of 'admin' to this file (0600) on the first start.")
    var adminPasswordFile: String?

    @Flag(help: "Do not create sample jobs on the first start.")
    var noSamples = false

    @OptionGroup var log: LogOptions

    func run() async throws {
        let configuration = try self.makeConfiguration()
        let logger = self.log.makeLogger()
        let directory = configuration.dataDirectory + "/../agent"
        let program = Self.siblingProgram("quicflow")
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw CoreError(.notFound, "\(program) is missing; build it with: swift build --product quicflow")
        }
        let samples = !self.noSamples
        let access = Handover<ServerAccess>()
        try await Server(configuration: configuration, logger: logger).run(
            companion: { granted in
                access.set(granted)
                return LocalAgent(
                    access: granted,
                    program: program,
                    directory: URL(fileURLWithPath: directory).standardized.path,
                    logger: logger
                )
            },
            onReady: { ready in
                if samples, let access = access.value {
                    do {
                        try await SampleJobs.create(with: access)
                    } catch {
                        logger.error("could not create sample jobs", metadata: ["error": "\(error)"])
                    }
                }
                Banner.print(
                    Banner.dev(
                        url: "http://\(configuration.httpHost):\(ready.httpPort)",
                        password: ready.firstPassword,
                        passwordFile: configuration.adminPasswordFile
                    )
                )
            }
        )
    }

    private func makeConfiguration() throws -> ServerConfiguration {
        guard let http = ListenAddress(self.http) else {
            throw ValidationError.said("--http is '\(self.http)'; write host:port.")
        }
        guard let agents = ListenAddress(self.agents) else {
            throw ValidationError.said("--agents is '\(self.agents)'; write host:port.")
        }
        let root = URL(fileURLWithPath: self.dataDir).standardized.path
        try FileManager.default.createDirectory(
            atPath: root,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        var configuration = ServerConfiguration(dataDirectory: root + "/server")
        (configuration.httpHost, configuration.httpPort) = (http.host, http.port)
        (configuration.agentsHost, configuration.agentsPort) = (agents.host, agents.port)
        configuration.adminPasswordFile = self.adminPasswordFile
        configuration.databaseURL = self.database.url
        // As for `serve`: a receiver for a trial is often on the same machine.
        configuration.notifiesLoopback =
            ProcessInfo.processInfo.environment["QUARTZFLOW_NOTIFY_ALLOW_LOOPBACK"] == "true"
        return configuration
    }

    /// A program in the directory this one was started from.
    private static func siblingProgram(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }
}
