// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow access`: why somebody may do something, or not.
struct AccessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Rights: why somebody may do something, or what they lack.",
        subcommands: [AccessExplainCommand.self]
    )
}

/// `quicflow access explain`.
struct AccessExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says whether somebody may do something with an object, by which role, or what is missing.",
        discussion: """
            quicflow access explain jobs:run --object task:7
            quicflow access explain executions:kill --user ada --object client:web-1

            About yourself; about others it takes the right to see users. Exit codes: 0 allowed, 4 not allowed.
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Permission, such as jobs:run.")
    var permission: String

    @Option(help: "Whose rights; yours without it.")
    var user: String?

    @Option(help: "What it is about: task, workflow, group, client, execution or run, a colon, and its id.")
    var object: String?

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.get(
            "/access/explain",
            [("permission", self.permission), ("user", self.user), ("object", self.object)]
        )
        let groups = try await self.options.output.format == .json ? [:] : client.groupNames()
        self.options.output.show(answer) { Terminal.say(Self.text(answer, groups: groups)) }
        if answer["allowed"].bool != true { throw ExitCode(CommandStatus.denied.rawValue) }
    }

    private static func text(_ answer: JSONValue, groups: [Int64: String]) -> String {
        var text = (answer["text"][Language.current.rawValue].string ?? "") + "\n"
        if answer["two_persons"].bool == true {
            let second = Wording(
                english: "It takes another person besides ('quicflow approval').",
                chinese: "还需要另一个人同意（quicflow approval）。"
            )
            text += second.spoken + "\n"
        }
        var table = TextTable(["ROLE", "ON", "HAS IT", "ENOUGH"])
        for grant in answer["grants"].array {
            table.add([
                grant["role"].cell, UserTable.scope(grant["scope"], groups: groups), grant["has_permission"].cell,
                grant["suffices"].cell,
            ])
        }
        if !answer["grants"].array.isEmpty { text += table.plain }
        let missing = answer["missing_groups"].array.compactMap(\.integer).map { groups[$0] ?? String($0) }
        if !missing.isEmpty {
            let names = missing.joined(separator: ", ")
            text += "\n" + Wording(english: "Missing on: \(names)", chinese: "缺少的分组：\(names)").spoken
        }
        return text
    }
}
