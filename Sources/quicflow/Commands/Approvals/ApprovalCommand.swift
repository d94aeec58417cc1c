// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow approval`: what waits for another person.
struct ApprovalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approval",
        abstract: "Requests that take two persons: look at them, decide on those of others, take one's own back.",
        discussion: """
            What takes two persons ends with exit code 8 and the request's id. $QUARTZFLOW_REASON says why. Deciding takes a \
            session ('quicflow login'), no token.
            """,
        subcommands: [
            ApprovalListCommand.self, ApprovalShowCommand.self, ApprovalApproveCommand.self, ApprovalRejectCommand.self,
            ApprovalWithdrawCommand.self,
        ]
    )

    static func table(_ approvals: [JSONValue]) -> String {
        var table = TextTable(["ID", "WHAT", "ON", "BY", "STATE", "UNTIL", "DECIDED BY"])
        for approval in approvals {
            table.add([
                approval["id"].cell, approval["action"].word(), approval["object"]["name"].cell,
                approval["requester"].cell, approval["state"].word(.approval), DisplayTime.text(approval["expires_at"]),
                approval["decider"].cell,
            ])
        }
        return table.plain
    }

    /// All of a request, and each field that an edit changes.
    static func text(_ approval: JSONValue) -> String {
        var table = TextTable(["FIELD", "VALUE"])
        let object = approval["object"]
        table.add(fact: "request", approval["id"].cell)
        table.add(
            fact: "what",
            "\(approval["action"].word()) \(object["kind"].word(.approval)) \(object["name"].cell) (\(object["id"].cell))"
        )
        table.add(fact: "asked for by", approval["requester"].cell)
        table.add(fact: "at", DisplayTime.text(approval["created_at"]))
        table.add(fact: "reason", approval["reason"].cell)
        table.add(fact: "state", approval["state"].word(.approval))
        table.add(fact: "waits until", DisplayTime.text(approval["expires_at"]))
        let facts: [(Wording, String)] = [("decided by", "decider"), ("comment", "comment"), ("result", "result")]
        for (name, field) in facts where !approval[field].isNull { table.add(fact: name, approval[field].cell) }
        if !approval["details"].isNull { table.add(fact: "details", approval["details"].pretty) }
        for field in approval["changed"].array.compactMap(\.string) {
            table.add(fact: "\(field) (before)", approval["before"][field].cell)
            table.add(fact: "\(field) (after)", approval["after"][field].cell)
        }
        table.add(fact: "digest", approval["digest"].cell)
        return table.plain
    }

    static func path(_ id: String, _ action: String = "") -> String {
        "/approvals/\(ServerAddress.escaped(id))" + (action.isEmpty ? "" : "/" + action)
    }
}

/// `quicflow approval list`.
struct ApprovalListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists requests, the newest first: one's own, and those that one may decide on."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions

    @Flag(help: "Only one's own.")
    var mine = false

    @Flag(help: "Only those of others that wait for a decision.")
    var toDecide = false

    @Option(help: "Only in this state: pending, applied, failed, rejected, withdrawn, expired or stale.")
    var state: String?

    func validate() throws {
        if self.mine, self.toDecide { throw ValidationError.said("Give --mine or --to-decide, not both.") }
    }

    func run() async throws {
        var query = self.paging.query
        if self.mine || self.toDecide { query.append(("view", self.mine ? "mine" : "decide")) }
        query.append(("state", self.state ?? (self.toDecide ? "pending" : nil)))
        let answer = try await self.options.client().get("/approvals", query)
        self.options.output.show(answer) {
            Terminal.say(ApprovalCommand.table(answer["items"].array))
            self.paging.remark(on: answer)
        }
    }
}

/// `quicflow approval show`.
struct ApprovalShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a request with all that it would change."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The request's id.")
    var id: String

    func run() async throws {
        let answer = try await self.options.client().get(ApprovalCommand.path(self.id))
        self.options.output.show(answer) { Terminal.say(ApprovalCommand.text(answer)) }
    }
}

/// `quicflow approval approve`.
struct ApprovalApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Does what was asked for, as the second person.",
        discussion: """
            quicflow approval show ID
            quicflow approval approve ID --digest DIGEST
            The digest is the one that 'show' prints: what you approve is what you have seen.
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The request's id.")
    var id: String

    @Option(help: "The digest that 'show' printed.")
    var digest: String

    @Option(help: "A word on it.")
    var comment: String?

    func run() async throws {
        var body: JSONValue = .object(["digest": .string(self.digest)])
        if let comment { body["comment"] = .string(comment) }
        let answer = try await self.options.client().post(ApprovalCommand.path(self.id, "approve"), body)
        self.options.output.show(answer) { Terminal.say(ApprovalCommand.table([answer])) }
        guard answer["state"].string == "applied" else {
            throw CommandFailure(.failed, "the request is \(answer["state"].word(.approval)): \(answer["result"].cell)")
        }
    }
}

/// `quicflow approval reject`.
struct ApprovalRejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Turns somebody's request down."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The request's id.")
    var id: String

    @Option(help: "Why.")
    var comment: String?

    func run() async throws {
        var body: JSONValue = .object([:])
        if let comment { body["comment"] = .string(comment) }
        let answer = try await self.options.client().post(ApprovalCommand.path(self.id, "reject"), body)
        self.options.output.show(answer) { Terminal.say(ApprovalCommand.table([answer])) }
    }
}

/// `quicflow approval withdraw`.
struct ApprovalWithdrawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Takes one's own request back."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The request's id.")
    var id: String

    func run() async throws {
        let answer = try await self.options.client().post(ApprovalCommand.path(self.id, "withdraw"))
        self.options.output.show(answer) { Terminal.say(ApprovalCommand.table([answer])) }
    }
}
