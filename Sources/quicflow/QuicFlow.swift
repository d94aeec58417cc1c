// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowRunner

/// The command people type: a client of the API, the agent of a host, and a reader of the agent's records.
@main
struct QuicFlow: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "quicflow",
        abstract: "Schedules jobs on many hosts: the client of a server, and the agent of a host.",
        discussion: """
            Exit codes: 0 done, 1 failed, 2 wrong usage or values, 3 not found, 4 not signed in or not allowed, \
            5 server out of reach, 6 conflict with what is there, 7 files and server differ ('plan' and 'diff'), 8 \
            it takes two persons and waits for the other one ('quicflow approval').
            """,
        version: QuicFlow.version,
        subcommands: [
            LoginCommand.self, LogoutCommand.self, PasswordCommand.self, TotpCommand.self, TaskCommand.self,
            ExecutionCommand.self, RunCommand.self, UpcomingCommand.self, GroupCommand.self, ClientCommand.self,
            UserCommand.self, RoleCommand.self, TokenCommand.self,
            SecretCommand.self, CalendarCommand.self, WorkflowCommand.self, MessageCommand.self, SettingsCommand.self,
            ClusterCommand.self,
            SchedulerCommand.self, NotifyCommand.self, SilenceCommand.self, ReportCommand.self, ApprovalCommand.self,
            AccessCommand.self, BreakGlassCommand.self, AuditCommand.self,
            PlanCommand.self, DiffCommand.self, ApplyCommand.self, ExportCommand.self, SchemaCommand.self,
            CronCommand.self, APICommand.self,
            AgentCommand.self, PluginCommand.self, DoctorCommand.self, ProfileCommand.self, RunnerCommand.self,
        ]
    )

    /// Runs the command and ends the process with one of the exit codes of ``CommandStatus``.
    static func main() async {
        RunnerProgram.keepMemoryPrivate()
        // Until a command is found, usage is the parser's to print: it knows how far the words went.
        var command: any ParsableCommand = QuicFlow()
        do {
            try self.checkSubcommand(Array(CommandLine.arguments.dropFirst()))
            command = try self.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            CommandStatus.exit(with: error, of: type(of: command))
        }
    }

    /// Names a subcommand that is not there: the parser would speak of the options behind it instead.
    ///
    /// - Throws: ``CommandFailure``.
    static func checkSubcommand(_ words: [String]) throws {
        var command: any ParsableCommand.Type = Self.self
        var path = Self._commandName
        for word in words {
            let known = command.configuration.subcommands
            guard !known.isEmpty, command.configuration.defaultSubcommand == nil, !word.hasPrefix("-"), word != "help"
            else { return }
            guard
                let next = known.first(where: { $0._commandName == word || $0.configuration.aliases.contains(word) })
            else {
                let shown = known.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
                throw CommandFailure(
                    .usage,
                    "there is no '\(path) \(word)'; there are: \(shown.joined(separator: ", "))"
                )
            }
            command = next
            path += " \(word)"
        }
    }
}
