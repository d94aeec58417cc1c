// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow calendar`: holidays and maintenance windows that tasks keep to.
struct CalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "Calendars: holidays and maintenance windows in which tasks do not fire.",
        subcommands: [
            CalendarListCommand.self, CalendarGetCommand.self, CalendarSetCommand.self, CalendarDeleteCommand.self,
        ]
    )
}

/// `quicflow calendar list`.
struct CalendarListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists calendars.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/calendars")
        self.options.output.show(answer) { Terminal.say(Self.table(answer["items"].array)) }
    }

    fileprivate static func table(_ calendars: [JSONValue]) -> String {
        var table = TextTable(
            ["NAME", "REVISION", "ENTRIES", "CHANGED", "BY", "DESCRIPTION"],
            alignments: [.left, .right, .right]
        )
        for calendar in calendars {
            table.add([
                calendar["name"].cell, calendar["revision"].cell, calendar["entry_count"].cell,
                DisplayTime.text(calendar["updated_at"]), calendar["updated_by"].cell, calendar["description"].cell,
            ])
        }
        return table.plain
    }
}

/// `quicflow calendar get`.
struct CalendarGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Shows a calendar's times and the tasks that keep to it."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name.")
    var name: String

    func run() async throws {
        let answer = try await self.options.client().get("/calendars/\(ServerAddress.escaped(self.name))")
        self.options.output.show(answer) {
            var table = TextTable(["FROM", "TO", "YEARLY", "NAME"])
            for entry in answer["entries"].array {
                table.add([
                    entry["from"].cell, entry["to"].cell, entry["yearly"].cell,
                    entry["name"].cell,
                ])
            }
            Terminal.say(CalendarListCommand.table([answer]))
            Terminal.say(table.plain)
            Terminal.say("Kept by: \(answer["tasks"].cell)")
        }
    }
}

/// `quicflow calendar set`.
struct CalendarSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Makes a calendar, or puts other times into it; the tasks that keep to it are planned anew.",
        discussion: """
            --day 2026-10-01..2026-10-07=National Day names whole days, --yearly 2026-01-01=New Year those of every year, and \
            --between 2026-12-24T22:00:00Z..2026-12-25T04:00:00Z=Maintenance a window. An iCalendar file may have whole days, \
            once or every year, and events with a beginning and an end; a line that says more is refused.
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Letters, digits, '-' and '_', at most 64.")
    var name: String

    @Option(help: "iCalendar file (.ics) that holds all its times; '-' reads standard input.")
    var file: String?

    @Option(help: "A day or days with a name; repeat for several.")
    var day: [String] = []

    @Option(help: "A day or days of every year with a name; repeat for several.")
    var yearly: [String] = []

    @Option(help: "Two RFC 3339 times with a name; repeat for several.")
    var between: [String] = []

    @Option(help: "What it is for.")
    var description: String?

    func validate() throws {
        if self.file != nil, !(self.day + self.yearly + self.between).isEmpty {
            throw ValidationError.said("Give --file, or days, not both.")
        }
    }

    func run() async throws {
        let client = try self.options.client()
        var body = JSONValue.object([:])
        if let description { body["description"] = .string(description) }
        if let file { body["icalendar"] = .string(try Self.text(of: file)) }
        let entries =
            try self.day.map { try Self.entry($0, yearly: false) }
            + self.yearly.map { try Self.entry($0, yearly: true) }
            + self.between.map { try Self.entry($0, yearly: false) }
        if !entries.isEmpty { body["entries"] = .array(entries) }
        let answer = try await client.put("/calendars/\(ServerAddress.escaped(self.name))", body)
        self.options.output.show(answer) {
            Terminal.say(
                "Saved calendar '\(self.name)': entries \(answer["entry_count"].cell), tasks planned anew "
                    + "\(answer["renewed_tasks"].cell)."
            )
        }
    }

    /// `FROM[..TO]=NAME`.
    private static func entry(_ text: String, yearly: Bool) throws -> JSONValue {
        guard let equals = text.firstIndex(of: "=") else {
            throw CommandFailure(.usage, "'\(text)' has no name; write 2026-10-01..2026-10-07=National Day")
        }
        let span = String(text[..<equals])
        var entry = JSONValue.object([
            "name": .string(String(text[text.index(after: equals)...])), "yearly": .bool(yearly),
        ])
        if let dots = span.range(of: "..") {
            entry["from"] = .string(String(span[..<dots.lowerBound]))
            entry["to"] = .string(String(span[dots.upperBound...]))
        } else {
            entry["from"] = .string(span)
        }
        return entry
    }

    private static func text(of file: String) throws -> String {
        let data = file == "-" ? Terminal.readAll() : FileManager.default.contents(atPath: file)
        guard let data else { throw CommandFailure(.usage, "\(file) can't be read") }
        guard let text = String(data: data, encoding: .utf8) else {
            throw CommandFailure(.usage, "\(file) is not UTF-8, as iCalendar files are")
        }
        return text
    }
}

/// `quicflow calendar delete`.
struct CalendarDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a calendar that no task keeps to."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Name.")
    var name: String

    func run() async throws {
        let answer = try await self.options.client().delete("/calendars/\(ServerAddress.escaped(self.name))")
        self.options.output.show(answer) { Terminal.say("Deleted calendar '\(self.name)'.") }
    }
}
