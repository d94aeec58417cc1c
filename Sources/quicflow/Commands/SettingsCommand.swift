// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow settings`: what holds for the whole installation.
struct SettingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Settings of the installation: defaults of tasks, retention, signing in.",
        discussion: "What the server's file or environment say wins, and can't be changed here.",
        subcommands: [
            SettingsListCommand.self, SettingsGetCommand.self, SettingsSetCommand.self, SettingsResetCommand.self,
        ]
    )
}

/// `quicflow settings list`.
struct SettingsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists settings, and where each comes from."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/settings")
        self.options.output.show(answer) { Terminal.say(Self.table(answer["items"].array)) }
    }

    fileprivate static func table(_ items: [JSONValue]) -> String {
        var table = TextTable(["SETTING", "VALUE", "FROM", "DEFAULT", "WHAT"])
        for item in items {
            table.add([
                item["key"].cell, Self.value(item["value"], item), item["source"].word(),
                Self.value(item["default"], item),
                item["label"][Language.current.rawValue].cell,
            ])
        }
        return table.plain
    }

    private static func value(_ value: JSONValue, _ item: JSONValue) -> String {
        item["unit"].string.map { "\(value.cell) \($0)" } ?? value.cell
    }
}

/// `quicflow settings get`: the mere value, for scripts.
struct SettingsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Prints the value of a setting.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "Such as retention.days.")
    var key: String

    func run() async throws {
        let item = try SettingsReader.item(self.key, in: try await self.options.client().get("/settings"))
        self.options.output.show(item) { Terminal.say(item["value"].cell) }
    }
}

/// `quicflow settings set`.
struct SettingsSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Changes settings: all of them or none.",
        discussion: "quicflow settings set retention.days=30 jobs.default-timezone=Asia/Shanghai"
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "key=value; several change together.")
    var changes: [String]

    func run() async throws {
        let client = try self.options.client()
        let known = try await client.get("/settings")
        var values = JSONValue.object([:])
        for change in self.changes {
            guard let equals = change.firstIndex(of: "=") else {
                throw CommandFailure(.usage, "'\(change)' is not key=value")
            }
            let key = String(change[..<equals])
            let text = String(change[change.index(after: equals)...])
            let item = try SettingsReader.item(key, in: known)
            guard item["type"].string == "integer" else {
                values[key] = .string(text)
                continue
            }
            guard let number = Int64(text) else {
                throw CommandFailure(.usage, "\(key) is a whole number, not '\(text)'")
            }
            values[key] = .integer(number)
        }
        let answer = try await client.patch("/settings", .object(["values": values]))
        self.options.output.show(answer) {
            for change in self.changes { Terminal.say(change) }
        }
    }
}

/// `quicflow settings reset`.
struct SettingsResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Lets settings be what they are by default."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Such as retention.days.")
    var keys: [String]

    func run() async throws {
        let values = Dictionary(self.keys.map { ($0, JSONValue.null) }) { first, _ in first }
        let answer = try await self.options.client().patch("/settings", .object(["values": .object(values)]))
        let lines = try self.keys.map { "\($0)=\(try SettingsReader.item($0, in: answer)["value"].cell)" }
        self.options.output.show(answer) {
            for line in lines { Terminal.say(line) }
        }
    }
}

/// Finds settings in the server's list.
enum SettingsReader {
    static func item(_ key: String, in answer: JSONValue) throws -> JSONValue {
        let items = answer["items"].array
        guard let item = items.first(where: { $0["key"].string == key }) else {
            let known = items.compactMap { $0["key"].string }.joined(separator: ", ")
            throw CommandFailure(.notFound, "there is no setting '\(key)'; there are \(known)")
        }
        return item
    }
}
