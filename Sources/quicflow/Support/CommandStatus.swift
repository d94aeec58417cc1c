// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// What the process's end tells a script.
///
/// Documented in `quicflow --help`; never renumber.
enum CommandStatus: Int32 {
    case done = 0
    case failed = 1
    /// The arguments, or the values in them, are wrong.
    case usage = 2
    case notFound = 3
    /// Not signed in, or not allowed.
    case denied = 4
    /// No answer from the server.
    case unreachable = 5
    /// Name taken, changed by someone else meanwhile, or in use.
    case conflict = 6
    /// Files and server differ: what `plan` and `diff` say to a pipeline.
    case differs = 7
    /// Nothing has changed: it takes two persons, and a request waits for the other one.
    case waits = 8

    /// Prints what there is to say about `error` and ends the process.
    static func exit(with error: any Error, of command: any ParsableCommand.Type) -> Never {
        switch error {
        case let failure as CommandFailure:
            Terminal.complain("quicflow: \(failure.text)")
            for detail in failure.details { Terminal.complain("  \(detail)") }
            Foundation.exit(failure.status.rawValue)
        case let code as ExitCode:
            Foundation.exit(code.rawValue)
        case let error as ValidationError where command != QuicFlow.self:
            // Found by the command while it ran: its own usage fits, not the root's.
            let text = "Error: \(error.message)\n\(QuicFlow.usageString(for: command))"
            Terminal.complain(Language.current == .chinese ? ParserWords.chinese(text, help: .help, columns: 80) : text)
            Foundation.exit(CommandStatus.usage.rawValue)
        default:
            let code = QuicFlow.exitCode(for: error)
            let message = QuicFlow.parserText(for: error)
            if code.isSuccess {
                // Help and version are what was asked for.
                if !message.isEmpty { Terminal.write(message + "\n") }
                Foundation.exit(CommandStatus.done.rawValue)
            }
            Terminal.complain(message)
            Foundation.exit((code == .validationFailure ? CommandStatus.usage : .failed).rawValue)
        }
    }
}

/// A failure the user meets: what went wrong, what to do, and the exit code.
struct CommandFailure: Error, Equatable {
    let status: CommandStatus
    let text: Wording
    /// One line each, such as `cron_expr: hour 24 does not exist`.
    let details: [Wording]
    /// What the server answered; null where it was not asked.
    let answer: JSONValue

    /// ``text`` in English.
    var message: String { self.text.english }

    init(_ status: CommandStatus, _ text: Wording, details: [Wording] = [], answer: JSONValue = .null) {
        self.answer = answer
        self.status = status
        self.text = text
        self.details = details
    }

    /// With words that others have chosen, and that stay as they are in every language.
    @_disfavoredOverload
    init(_ status: CommandStatus, _ message: some StringProtocol, details: [Wording] = [], answer: JSONValue = .null) {
        self.init(status, Wording(verbatim: String(message)), details: details, answer: answer)
    }
}
