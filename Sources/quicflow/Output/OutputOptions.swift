// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// How an answer is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case table
    /// For scripts: the `data` of the API's answer, keys sorted.
    case json
}

/// The `--output` flag, the same for every command.
struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "table for people, json for scripts.")
    var format = OutputFormat.table

    @Flag(help: "No progress of long work.")
    var quiet = false

    /// Prints `value` as JSON, or calls `people` to print it for people.
    func show(_ value: JSONValue, people: () -> Void) {
        switch self.format {
        case .json: Terminal.sayJSON(value.pretty)
        case .table: people()
        }
    }
}
