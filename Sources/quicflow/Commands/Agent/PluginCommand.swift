// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// Plugins of a host.
struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin",
        abstract: "Check programs that carry out plugin tasks.",
        subcommands: [Check.self]
    )

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether a program keeps to the plugin protocol.",
            discussion: """
                Starts the program on this host, three times: it has to greet in time, to refuse a message it does not know, \
                and to end when it is told to cancel. See docs/plugins.md.
                """
        )

        @Argument(help: "The program.")
        var path: String

        @Option(name: .customLong("param"), help: "A parameter it needs, NAME=VALUE; may be repeated.")
        var parameters: [String] = []

        func run() throws {
            let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
            let program = URL(fileURLWithPath: own).deletingLastPathComponent().path + "/quicflow-work"
            guard access(program, X_OK) == 0 else {
                throw CommandFailure(.notFound, "\(program) is not there; it is installed beside this program")
            }
            let path = URL(fileURLWithPath: self.path).standardized.path
            let words = [program, "check-plugin", path] + self.parameters
            var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
            execv(program, &arguments)
            throw CommandFailure(.failed, "\(program) could not be started: \(String(cString: strerror(errno)))")
        }
    }
}
