// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow workflow dry-run`.
struct WorkflowDryRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dry-run",
        abstract: "Says what a run would do: which steps, where, with which parameters. Nothing starts.",
        discussion: "Exit code 1 tells that a step would not start as things are."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowReference

    @Option(name: .customLong("param"), help: "NAME=VALUE of a parameter of the workflow. Repeat for several.")
    var parameters: [KeyValue] = []

    func run() async throws {
        let client = try self.options.client()
        let workflow = try await client.workflow(self.reference)
        let parameters = try WorkflowView.values(self.parameters, of: workflow)
        let path = "/workflows/\(workflow["id"].cell)/dry-run"
        let answer = try await client.post(path, .object(["parameters": parameters]))
        self.options.output.show(answer) { Terminal.say(Self.table(answer)) }
        guard answer["steps"].array.allSatisfy({ $0["obstacle"].isNull }) else {
            throw ExitCode(CommandStatus.failed.rawValue)
        }
    }

    private static func table(_ answer: JSONValue) -> String {
        var table = TextTable(["STEP", "KIND", "HOSTS", "PARAMETERS", "DETAIL"])
        for step in answer["steps"].array {
            table.add([
                step["key"].cell, step["kind"].word(.step), self.hosts(step), self.parameters(step),
                self.detail(step),
            ])
        }
        return table.plain
    }

    private static func hosts(_ step: JSONValue) -> String {
        let names = step["hosts"].array.map { $0["name"].cell }
        return names.isEmpty ? "-" : DisplayWidth.fitted(names.joined(separator: ", "), to: 40)
    }

    private static func parameters(_ step: JSONValue) -> String {
        var known: [String] = []
        if case .object(let values) = step["parameters"] {
            known = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.cell)" }
        }
        let open = step["open_parameters"].array.map { spoken("\($0.cell) (known when it runs)") }
        let all = known + open
        return all.isEmpty ? "-" : DisplayWidth.fitted(all.joined(separator: ", "), to: 48)
    }

    private static func detail(_ step: JSONValue) -> String {
        let language = Language.current.rawValue
        if !step["obstacle"].isNull { return step["obstacle"][language].cell }
        if let count = step["items"].integer { return spoken("\(count) items") }
        if !step["until"].isNull { return spoken("until \(DisplayTime.text(step["until"]))") }
        if !step["chosen"].isNull {
            return spoken("chose \(step["chosen"].array.map(\.cell).joined(separator: ", "))")
        }
        let places = step["placement"].array.map { $0[language].cell }
        return places.isEmpty ? "-" : DisplayWidth.fitted(places.joined(separator: "; "), to: 64)
    }
}
