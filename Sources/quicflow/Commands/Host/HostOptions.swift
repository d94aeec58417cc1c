// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowCore
import Foundation

/// Which agent's records to read on this host; no server is asked.
struct HostOptions: ParsableArguments {
    @Option(help: "The agent's data directory.")
    var dataDir = NSHomeDirectory() + "/.quicflow"

    @OptionGroup var output: OutputOptions

    /// Reads from the agent's records, and words what they refuse.
    func read<Result>(_ body: (LocalRecords) throws -> Result) throws -> Result {
        do {
            return try body(try LocalRecords(directory: self.dataDir))
        } catch let error as CoreError {
            let status: CommandStatus =
                switch error.code {
                case .notFound: .notFound
                case .invalid: .usage
                default: .failed
                }
            throw CommandFailure(status, error.text)
        }
    }

    /// Prints values as JSON with the names of the requirements, or for people.
    func show(_ values: some Encodable, people: () -> Void) throws {
        guard self.output.format == .json else { return people() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Terminal.sayJSON(String(decoding: try encoder.encode(values), as: UTF8.self))
    }
}
