// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow report mail`: reports that go out by mail.
struct ReportMailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail",
        abstract: "Reports by mail: lists them, makes one, sends one now, deletes one.",
        discussion: """
            quicflow report mail create Week --period week --at 08:00 --zone Asia/Shanghai --to ops@example.com
            Each period is told of once, also when servers were away meanwhile.
            """,
        subcommands: [
            ReportMailListCommand.self, ReportMailCreateCommand.self, ReportMailSendCommand.self,
            ReportMailDeleteCommand.self,
        ]
    )

    static func table(_ mails: [JSONValue]) -> String {
        var table = TextTable(["ID", "NAME", "PERIOD", "AT", "ZONE", "NEXT", "LAST", "CHANNEL"])
        for mail in mails {
            table.add([
                mail["id"].cell, DisplayWidth.fitted(mail["name"].cell, to: 48), mail["period"].word(.report),
                mail["at"].cell, mail["timezone"].cell, DisplayTime.text(mail["next_at"]),
                DisplayTime.text(mail["last_at"]), mail["channel"].cell,
            ])
        }
        return table.plain
    }
}

/// `quicflow report mail list`.
struct ReportMailListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists reports by mail.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/notify/reports")
        self.options.output.show(answer) { Terminal.say(ReportMailCommand.table(answer.array)) }
    }
}

/// `quicflow report mail create`.
struct ReportMailCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Sends a report of each day, week or month by mail."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "What it is called, also in the mail's subject.")
    var name: String

    @Option(help: "day, week (Monday to Sunday) or month.")
    var period: String

    @Option(help: "When it is sent, on the day after the period: 08:00.")
    var at: String

    @Option(help: "Whose days and whose clock, such as Asia/Shanghai (UTC).")
    var zone: String?

    @Option(name: .customLong("group"), help: "Of this group's tasks, by name or number. Repeat for several.")
    var groups: [String] = []

    @Option(help: "A channel for mail (the first one).")
    var channel: String?

    @Option(name: .customLong("to"), help: "Who gets it. Repeat for several (the channel's own).")
    var recipients: [String] = []

    @Option(help: "en or zh (en).")
    var language: String?

    func run() async throws {
        let client = try self.options.client()
        var body: JSONValue = .object([
            "name": .string(self.name), "period": .string(self.period), "at": .string(self.at),
        ])
        if let zone { body["timezone"] = .string(zone) }
        if let channel { body["channel"] = .string(channel) }
        if let language { body["language"] = .string(language) }
        if !self.recipients.isEmpty { body["recipients"] = .array(self.recipients.map { .string($0) }) }
        let groups = try await client.groupIDs(self.groups).map { JSONValue.integer($0) }
        if !groups.isEmpty { body["group_ids"] = .array(groups) }
        let answer = try await client.post("/notify/reports", body)
        self.options.output.show(answer) { Terminal.say(ReportMailCommand.table([answer])) }
    }
}

/// `quicflow report mail send`.
struct ReportMailSendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends the report of the period that ended last, beside its schedule."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The report's number.")
    var id: Int64

    func run() async throws {
        let answer = try await self.options.client().post("/notify/reports/\(self.id)/send")
        self.options.output.show(answer) { Terminal.say("On its way: \(answer["subject"].cell)") }
    }
}

/// `quicflow report mail delete`.
struct ReportMailDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Deletes a report by mail.")

    @OptionGroup var options: ServerOptions

    @Argument(help: "The report's number.")
    var id: Int64

    func run() async throws {
        let answer = try await self.options.client().delete("/notify/reports/\(self.id)")
        self.options.output.show(answer) { Terminal.say("Deleted report \(self.id).") }
    }
}
