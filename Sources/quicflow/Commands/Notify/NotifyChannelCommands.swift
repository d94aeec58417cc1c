// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// A body that somebody wrote down as JSON.
enum WrittenBody {
    /// - Parameter path: `-` is standard input.
    static func read(_ path: String) throws -> JSONValue {
        let data: Data
        if path == "-" {
            data = FileHandle.standardInput.readDataToEndOfFile()
        } else {
            guard let contents = FileManager.default.contents(atPath: path) else {
                throw CommandFailure(.usage, "cannot read '\(path)'")
            }
            data = contents
        }
        do {
            return try JSONDecoder().decode(JSONValue.self, from: data)
        } catch {
            throw CommandFailure(.usage, "'\(path)' is not JSON")
        }
    }
}

extension APIClient {
    /// The number of a channel by its name or number.
    fileprivate func channelID(_ text: String) async throws -> Int64 {
        let channels = try await self.get("/notify/channels").array
        let found =
            channels.first { $0["name"].string == text } ?? channels.first { $0["id"].integer == Int64(text) }
        guard let id = found?["id"].integer else {
            throw CommandFailure(.notFound, "there is no channel '\(text)' (see quicflow notify channels)")
        }
        return id
    }
}

/// `quicflow notify channels`.
struct NotifyChannelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "channels", abstract: "Lists channels.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/notify/channels")
        self.options.output.show(answer) {
            var table = TextTable(["ID", "NAME", "TYPE", "ENABLED", "TO"], alignments: [.right])
            for item in answer.array {
                let to = ["url", "host", "command", "chat"].lazy.map { item[$0] }.first { !$0.isNull } ?? item["url"]
                table.add([
                    item["id"].cell, item["name"].cell, item["type"].cell, item["enabled"].cell, to.cell,
                ])
            }
            Terminal.say(table.plain)
        }
    }
}

/// `quicflow notify create-channel`.
struct NotifyCreateChannelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create-channel",
        abstract:
            "Makes a channel from JSON, such as {\"name\": \"ops\", \"type\": \"slack\", \"url\": \"https://…\"}.",
        discussion: "A file and not options, because addresses and passwords on a command line are seen by everybody."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "A file with the channel as JSON; - reads standard input.")
    var file: String

    func run() async throws {
        let answer = try await self.options.client().post("/notify/channels", try WrittenBody.read(self.file))
        self.options.output.show(answer) {
            Terminal.say("Created channel \(answer["id"].cell) '\(answer["name"].cell)'.")
        }
    }
}

/// `quicflow notify update-channel`.
struct NotifyUpdateChannelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update-channel",
        abstract: "Replaces a channel by what a file says; a password that the file leaves out stays."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number.")
    var channel: String

    @Argument(help: "A file with the channel as JSON; - reads standard input.")
    var file: String

    func run() async throws {
        let client = try self.options.client()
        let path = "/notify/channels/\(try await client.channelID(self.channel))"
        let answer = try await client.put(path, try WrittenBody.read(self.file))
        self.options.output.show(answer) { Terminal.say("Changed channel '\(answer["name"].cell)'.") }
    }
}

/// `quicflow notify delete-channel`.
struct NotifyDeleteChannelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete-channel",
        abstract: "Deletes a channel that no rule of its own names."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number.")
    var channel: String

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.delete("/notify/channels/\(try await client.channelID(self.channel))")
        self.options.output.show(answer) { Terminal.say("Deleted channel '\(self.channel)'.") }
    }
}

/// `quicflow notify test`.
struct NotifyTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Sends a message that says that it is a test."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name or number of the channel.")
    var channel: String

    @Option(help: "An e-mail address instead of the channel's own; repeat for several.")
    var to: [String] = []

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.channelID(self.channel)
        let body = JSONValue.object(["recipients": .array(self.to.map(JSONValue.string))])
        let answer = try await client.post("/notify/channels/\(id)/test", body)
        self.options.output.show(answer) {
            Terminal.say("Queued as \(answer["id"].cell); 'quicflow notify deliveries' shows what became of it.")
        }
    }
}

/// `quicflow notify rules`.
struct NotifyRulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Lists rules that stand by themselves; a task's own are in its definition."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/notify/rules")
        self.options.output.show(answer) {
            var table = TextTable(["ID", "NAME", "ENABLED", "TRIGGERS", "IN A ROW"], alignments: [.right])
            for item in answer.array {
                table.add([
                    item["id"].cell, item["name"].cell, item["enabled"].cell, item["triggers"].word(),
                    item["threshold"].cell,
                ])
            }
            Terminal.say(table.plain)
        }
    }
}

/// `quicflow notify create-rule`.
struct NotifyCreateRuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create-rule",
        abstract: "Makes a rule from JSON, as docs/notifications.md describes it."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "A file with the rule as JSON; - reads standard input.")
    var file: String

    func run() async throws {
        let answer = try await self.options.client().post("/notify/rules", try WrittenBody.read(self.file))
        self.options.output.show(answer) {
            Terminal.say("Created rule \(answer["id"].cell) '\(answer["name"].cell)'.")
        }
    }
}

/// `quicflow notify update-rule`.
struct NotifyUpdateRuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update-rule",
        abstract: "Replaces a rule by what a file says."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The rule's number.")
    var rule: Int64

    @Argument(help: "A file with the rule as JSON; - reads standard input.")
    var file: String

    func run() async throws {
        let answer = try await self.options.client().put("/notify/rules/\(self.rule)", try WrittenBody.read(self.file))
        self.options.output.show(answer) { Terminal.say("Changed rule '\(answer["name"].cell)'.") }
    }
}

/// `quicflow notify delete-rule`.
struct NotifyDeleteRuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete-rule", abstract: "Deletes a rule.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "The rule's number.")
    var rule: Int64

    func run() async throws {
        let answer = try await self.options.client().delete("/notify/rules/\(self.rule)")
        self.options.output.show(answer) { Terminal.say("Deleted rule \(self.rule).") }
    }
}
