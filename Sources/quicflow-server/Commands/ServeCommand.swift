// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowServer

/// Runs a server as its configuration file says.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        discussion: "Keys of the file are in docs/operations.md; QUARTZFLOW_* environment variables win over it."
    )

    @Option(help: "The configuration file (YAML).")
    var config: String

    @Option(help: "What this server does, separated by commas: api, planner, gateway; all of it where nothing is said.")
    var roles: String?

    @OptionGroup var log: LogOptions

    func run() async throws {
        var configuration = try ServerConfiguration.read(file: self.config)
        if let roles = self.roles { try configuration.takeRoles(roles) }
        let server = Server(configuration: configuration, logger: self.log.makeLogger())
        try await server.run { [configuration] ready in
            if let password = ready.firstPassword, configuration.adminPasswordFile == nil {
                Banner.print(Banner.firstPassword(password))
            }
            ServiceManager.ready()
            let scheme = configuration.tls == nil ? "http" : "https"
            Banner.print(
                Banner.listening(
                    url: "\(scheme)://\(configuration.httpHost):\(ready.httpPort)",
                    agentsPort: ready.agentsPort,
                    isOpen: configuration.isOpenHTTP
                )
            )
        }
    }
}
