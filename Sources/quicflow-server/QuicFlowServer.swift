// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowServer
import Foundation
import Logging

/// The server's command.
@main
struct QuicFlowServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quicflow-server",
        abstract: "Plans jobs, keeps their history, and serves people and agents.",
        version: Server.version,
        subcommands: [
            DevCommand.self, ServeCommand.self, TokenCommand.self, UserCommand.self, AuditCommand.self,
            BackupCommand.self, VerifyCommand.self, RestoreCommand.self, SecretsCommand.self, MigrateCommand.self,
            ExportCommand.self, ImportCommand.self, AuthorityCommand.self, DatabaseCommand.self,
        ]
    )

    static func main() async {
        CrashPrivacy.begin()
        do {
            var command = try self.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as CoreError {
            Speech.complain(error)
            Foundation.exit(1)
        } catch {
            let code = self.exitCode(for: error)
            let text = self.parserText(for: error)
            if !text.isEmpty {
                let output: FileHandle = code.isSuccess ? .standardOutput : .standardError
                output.write(Data((text + "\n").utf8))
            }
            Foundation.exit(code.rawValue)
        }
    }
}

/// What both ways of running a server take.
struct LogOptions: ParsableArguments {
    @Option(help: "How much to log: trace, debug, info, notice, warning, error.")
    var logLevel = "notice"

    @Option(help: "How log lines look: text, or json for collectors.")
    var logFormat = LogFormat.text

    func validate() throws {
        guard Logger.Level(rawValue: self.logLevel) != nil else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError.said("--log-level is '\(self.logLevel)'; write one of \(known).")
        }
    }

    func makeLogger() -> Logger {
        let level = Logger.Level(rawValue: self.logLevel) ?? .notice
        let format = self.logFormat
        LoggingSystem.bootstrap { label in
            var handler: any LogHandler =
                switch format {
                case .text: StreamLogHandler.standardError(label: label)
                case .json: JSONLogHandler(label: label)
                }
            handler.logLevel = level
            return handler
        }
        return Logger(label: "quicflow-server")
    }
}

/// `--log-format`.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}
