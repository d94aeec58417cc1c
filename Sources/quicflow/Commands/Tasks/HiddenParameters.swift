// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// Values of parameters that do not stand on a command line, where everybody on the host can read them.
struct HiddenParameters: ParsableArguments {
    @Option(
        name: .customLong("param-prompt"),
        help: "NAME; its value is asked for on the terminal, and not shown. Repeat for several."
    )
    var asked: [String] = []

    @Option(
        name: .customLong("param-file"),
        help: "NAME=FILE; one line feed at the file's end is left out. Repeat for several."
    )
    var files: [KeyValue] = []

    @Option(
        name: .customLong("param-env"),
        help: "NAME=VARIABLE; the value of a variable of the environment. Repeat for several."
    )
    var variables: [KeyValue] = []

    func values() throws -> [KeyValue] {
        var values: [KeyValue] = []
        for pair in self.files { values.append(KeyValue(pair.key, try Self.content(of: pair.value))) }
        for pair in self.variables {
            guard let value = ProcessInfo.processInfo.environment[pair.value] else {
                throw CommandFailure(.usage, "there is no variable \(pair.value) in the environment")
            }
            values.append(KeyValue(pair.key, value))
        }
        for name in self.asked {
            guard let value = Terminal.askSecretly("Value of \(name)") else {
                throw CommandFailure(.usage, "no value; type it, or use --param-file or --param-env")
            }
            values.append(KeyValue(name, value))
        }
        return values
    }

    private static func content(of file: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure(.usage, "\(file) can't be read")
        }
        return try Self.text(data)
    }

    /// One line feed at the end is an editor's.
    static func text(_ data: Data) throws -> String {
        guard var text = String(data: data, encoding: .utf8) else {
            throw CommandFailure(.usage, "the value is not UTF-8; encode it, for example with base64")
        }
        if text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
