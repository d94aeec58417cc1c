// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow notify`: who is told of what, and what became of it.
struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Channels and rules of notifications, incidents, and messages on their way.",
        subcommands: [
            NotifyChannelsCommand.self, NotifyCreateChannelCommand.self, NotifyUpdateChannelCommand.self,
            NotifyDeleteChannelCommand.self, NotifyTestCommand.self, NotifyRulesCommand.self,
            NotifyCreateRuleCommand.self, NotifyUpdateRuleCommand.self, NotifyDeleteRuleCommand.self,
            NotifyIncidentsCommand.self, NotifyAcknowledgeCommand.self,
            NotifyDeliveriesCommand.self, NotifyResendCommand.self,
        ]
    )
}

/// `quicflow notify incidents`.
struct NotifyIncidentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Lists what rules have caught, newest first."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions

    @Option(help: "waiting, open or closed.")
    var state: String?

    func run() async throws {
        let query = self.paging.query + [("state", self.state)]
        let answer = try await self.options.client().get("/notify/incidents", query)
        self.options.output.show(answer) {
            var table = TextTable(["INCIDENT", "RULE", "TASK", "TRIGGER", "STATE", "COUNT", "SINCE", "ACKNOWLEDGED BY"])
            for item in answer["items"].array {
                table.add([
                    item["id"].cell, item["rule"].cell, item["task_name"].cell, item["trigger"].word(),
                    item["state"].word(.incident), item["count"].cell, DisplayTime.text(item["opened_at"]),
                    item["acknowledged_by"].cell,
                ])
            }
            Terminal.say(table.plain)
        }
    }
}

/// `quicflow notify ack`.
struct NotifyAcknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Acknowledges an incident: no more messages until it has worked again."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The incident's id.")
    var incident: String

    func run() async throws {
        let answer = try await self.options.client().post("/notify/incidents/\(self.incident)/ack")
        self.options.output.show(answer) { Terminal.say("Acknowledged '\(answer["rule"].cell)'.") }
    }
}

/// `quicflow notify deliveries`.
struct NotifyDeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Lists messages, newest first."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions

    @Option(help: "queued, sending, sent, dead or merged.")
    var state: String?

    @Option(help: "Only messages to this channel.")
    var channel: String?

    func run() async throws {
        let query = self.paging.query + [("state", self.state), ("channel", self.channel)]
        let answer = try await self.options.client().get("/notify/deliveries", query)
        self.options.output.show(answer) {
            var table = TextTable(["DELIVERY", "CHANNEL", "STATE", "TRIES", "CREATED", "SUBJECT", "LAST ERROR"])
            for item in answer["items"].array {
                let error = item["last_error_text"][Language.current.rawValue].string ?? item["last_error"].cell
                table.add([
                    item["id"].cell, item["channel"].cell, item["state"].word(.delivery), item["attempts"].cell,
                    DisplayTime.text(item["created_at"]), DisplayWidth.fitted(item["subject"].cell, to: 48),
                    DisplayWidth.fitted(error, to: 64),
                ])
            }
            Terminal.say(table.plain)
        }
    }
}

/// `quicflow notify resend`.
struct NotifyResendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend",
        abstract: "Sends a message that was given up, or sent, once more under its own id."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The delivery's id.")
    var delivery: String

    func run() async throws {
        let answer = try await self.options.client().post("/notify/deliveries/\(self.delivery)/resend")
        self.options.output.show(answer) { Terminal.say("Queued '\(answer["subject"].cell)'.") }
    }
}
