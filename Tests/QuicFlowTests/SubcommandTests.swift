// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Testing

@testable import quicflow

@Suite("Words of a command line before its options")
struct SubcommandTests {
    /// Each command by the words that call it, hidden ones and those named after their type included.
    private static func paths(_ command: any ParsableCommand.Type, _ path: [String] = []) -> [[String]] {
        [path] + command.configuration.subcommands.flatMap { self.paths($0, path + [$0._commandName]) }
    }

    @Test("Every command there is may be called, with whatever follows it")
    func known() throws {
        let paths = Self.paths(QuicFlow.self)
        #expect(paths.count > 100 && paths.contains(["agent", "run"]))
        for path in paths { try QuicFlow.checkSubcommand(path + ["--server", "x"]) }
    }

    @Test("One that is not there is named, with those there are")
    func unknown() throws {
        for path in Self.paths(QuicFlow.self) {
            let command = path.reduce(QuicFlow.self as any ParsableCommand.Type) { found, word in
                found.configuration.subcommands.first { $0._commandName == word } ?? found
            }
            guard !command.configuration.subcommands.isEmpty, command.configuration.defaultSubcommand == nil else {
                continue
            }
            let failure = #expect(throws: CommandFailure.self) {
                try QuicFlow.checkSubcommand(path + ["no-such-thing", "--server", "x"])
            }
            let words = (["quicflow"] + path + ["no-such-thing"]).joined(separator: " ")
            #expect(failure?.text.english.hasPrefix("there is no '\(words)'; there are: ") == true)
            #expect(failure?.text.english.contains(": ,") == false)
        }
    }
}
