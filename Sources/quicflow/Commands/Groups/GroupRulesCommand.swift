// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow group rules`: which groups hosts come into by themselves (S1-FR-3.2).
struct GroupRulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Rules that put hosts into groups when they join.",
        discussion: """
            Rules are kept in a JSON file: {"rules": [{"group_id": 2, "hostnames": ["web-*"], "addresses": ["192.0.2.0/24"], \
            "labels": {"region": "eu"}, "last": false}]}. 'show -o json' writes such a file, 'set' takes it.
            """,
        subcommands: [Show.self, Set.self, Preview.self, Apply.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows the rules.")

        @OptionGroup var options: ServerOptions

        func run() async throws {
            let client = try self.options.client()
            let answer = try await client.get("/group-rules")
            let names = try await GroupNames(client)
            self.options.output.show(answer) { Terminal.say(RuleTable.text(answer["rules"].array, names)) }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Replaces all rules by those of a file.")

        @OptionGroup var options: ServerOptions
        @Argument(help: "JSON file; - for standard input.")
        var file: String

        func run() async throws {
            let answer = try await self.options.client().put("/group-rules", try RuleFile.read(self.file))
            self.options.output.show(answer) {
                Terminal.say(
                    "\(answer["rules"].array.count) rules. They count for hosts that join from now on; 'apply' asks them about all."
                )
            }
        }
    }

    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows which hosts would come into which groups; changes nothing."
        )

        @OptionGroup var options: ServerOptions
        @Argument(help: "JSON file with rules to try; the present ones without it.")
        var file: String?

        func run() async throws {
            let client = try self.options.client()
            let body = try self.file.map(RuleFile.read) ?? .object([:])
            let answer = try await client.post("/group-rules/preview", body)
            let names = try await GroupNames(client)
            self.options.output.show(answer) {
                Terminal.say("Would move \(answer["total"].cell) hosts.")
                Terminal.say(MoveTable.text(answer["items"].array, names))
            }
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Asks the rules about every host; nobody leaves a group by it."
        )

        @OptionGroup var options: ServerOptions

        func run() async throws {
            let client = try self.options.client()
            let answer = try await client.post("/group-rules/apply")
            let names = try await GroupNames(client)
            self.options.output.show(answer) {
                Terminal.say("Moved \(answer["total"].cell) hosts.")
                Terminal.say(MoveTable.text(answer["items"].array, names))
            }
        }
    }
}

/// Rules in a file.
private enum RuleFile {
    /// - Throws: ``CommandFailure`` when there is no such file, or no JSON in it.
    static func read(_ path: String) throws -> JSONValue {
        let data: Data
        do {
            data = path == "-" ? Terminal.readAll() : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(.usage, "'\(path)' can't be read.")
        }
        do {
            return try JSONDecoder().decode(JSONValue.self, from: data)
        } catch {
            throw CommandFailure(.usage, "'\(path)' is no JSON.")
        }
    }
}

/// What groups are called, by number.
private struct GroupNames {
    private let names: [String: String]

    init(_ client: APIClient) async throws {
        let groups = try await client.get("/groups").array
        self.names = Dictionary(groups.map { ($0["id"].cell, $0["name"].cell) }) { first, _ in first }
    }

    func name(_ id: JSONValue) -> String { self.names[id.cell] ?? id.cell }
}

private enum RuleTable {
    static func text(_ rules: [JSONValue], _ names: GroupNames) -> String {
        var table = TextTable(["RULE", "GROUP", "ADDRESSES", "HOST NAMES", "LABELS", "LAST"], alignments: [.right])
        for (index, rule) in rules.enumerated() {
            table.add([
                String(index + 1), names.name(rule["group_id"]), rule["addresses"].cell, rule["hostnames"].cell,
                rule["labels"].cell, rule["last"].cell,
            ])
        }
        return table.plain
    }
}

private enum MoveTable {
    static func text(_ moves: [JSONValue], _ names: GroupNames) -> String {
        var table = TextTable(["NAME", "CLIENT", "INTO"])
        for move in moves {
            let groups = move["group_ids"].array.map(names.name).joined(separator: ", ")
            table.add([move["name"].cell, move["client_id"].cell, groups])
        }
        return table.plain
    }
}
