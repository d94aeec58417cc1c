// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowCore
import Foundation

extension Language: ExpressibleByArgument {}

/// `quicflow doctor`: looks at server and host, and says what is wrong and what to do.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks at server, clock, agent, certificate, ports and disks, and says what to do.",
        discussion: """
            Changes nothing. Each line is ok, warn or fail; the exit code is 1 when one failed, and 0 otherwise. Works without \
            signing in, and says more to who has signed in. Data directories of agent and server are looked at where there are \
            any; run it as their user.
            """
    )

    @OptionGroup var options: ServerOptions

    @Option(help: "The agent's data directory; ~/.quicflow or /var/lib/quartzflow-agent by default.")
    var dataDir: String?

    @Option(help: "The server's data directory; ~/.quartzflow/server or /var/lib/quartzflow by default.")
    var serverDataDir: String?

    @Option(
        name: .customLong("agents"),
        help: "Where agents would connect, host:port, to see whether UDP gets through; may be repeated."
    )
    var agentAddresses: [String] = []

    @Option(help: "zh or en; as the environment says by default.")
    var language = Language.current

    @Flag(help: "The same as --output json.")
    var json = false

    func run() async throws {
        var findings = Findings()
        let agent = try Self.directory(self.dataDir, among: ["~/.quicflow", "/var/lib/quartzflow-agent"])
            .map { AgentSigns.read($0) }
        let signs = await ServerVisit(
            address: try self.options.address(),
            token: try self.options.token(),
            agent: agent?.id
        ).signs()
        findings.add(ServerExam.findings(signs, version: QuicFlow.version))
        if var agent {
            for index in agent.servers.indices { agent.servers[index].answer = Self.ask(agent.servers[index].address) }
            findings.add(AgentExam.findings(agent, now: Timestamp(Date())))
            if let host = signs.host {
                findings.add([AgentExam.listing(host, isRunning: agent.process != nil)])
            }
        } else {
            let text = Finding.Words(zh: "这台机器上没有 agent", en: "this machine has none")
            findings.add([.ok("agent", text, advice: .init(zh: "在别处则用 --data-dir", en: "elsewhere? --data-dir"))])
        }
        findings.add(self.agentAddresses.map { AgentExam.server($0, Self.ask($0)) })
        let server = try Self.directory(self.serverDataDir, among: ["~/.quartzflow/server", "/var/lib/quartzflow"])
        if let server { findings.add(server.findings(of: "server")) }
        if self.json || self.options.output.format == .json {
            Terminal.sayJSON(findings.json.pretty)
        } else {
            Terminal.say(findings.text(in: self.language))
        }
        if !findings.isHealthy { throw ExitCode(CommandStatus.failed.rawValue) }
    }

    /// The one that was named, which has to be there, or the first that is.
    private static func directory(_ named: String?, among usual: [String]) throws -> DirectorySigns? {
        if let named {
            let path = URL(fileURLWithPath: named).standardized.path
            guard let signs = DirectorySigns.read(path) else {
                throw CommandFailure(.usage, "\(path) is no directory that can be seen")
            }
            return signs
        }
        let home = NSHomeDirectory()
        return usual.lazy.map { $0.hasPrefix("~") ? home + String($0.dropFirst()) : $0 }
            .compactMap { DirectorySigns.read($0) }.first
    }

    private static func ask(_ text: String) -> QUICProbe.Answer {
        do {
            let address = try FlowAgent.ServerAddress(parsing: text)
            return QUICProbe.ask(host: address.host, port: address.port)
        } catch {
            return .unknownName(error.message)
        }
    }
}

extension AgentSigns {
    /// Of the agent; nil when the host has not joined.
    fileprivate var id: String? {
        guard case .joined(let agent, _) = self.identity else { return nil }
        return agent
    }
}
