// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow client maintenance`.
struct ClientMaintenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Keeps hosts free of new work until a time, or ends that.",
        discussion: """
            Until then nothing new starts there: no fire, no trigger and no run that the server places, also while the host is cut \
            off. What runs goes on. It ends by itself; each task's misfire policy then says what becomes of the fires since.
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Agents, by id or name.", completion: NameCompletion.clients)
    var clients: [String] = []

    @Option(help: "All agents of this group, by name or number.")
    var group: String?

    @Option(name: .customLong("for"), help: "How long: 90s, 30m, 2h, 1d; at most 30 days.")
    var span: TimeSpan?

    @Option(help: "Until when, such as 2026-12-24T06:00:00+08:00.")
    var until: String?

    @Option(help: "Why, for whoever asks why a task did not run there.")
    var reason: String?

    @Flag(help: "Ends it now.")
    var end = false

    func validate() throws {
        guard [self.span != nil, self.until != nil, self.end].filter({ $0 }).count == 1 else {
            throw ValidationError.said("Say one of --for, --until and --end.")
        }
        guard !self.clients.isEmpty || self.group != nil else {
            throw ValidationError.said("Name the agents, or a --group.")
        }
        if let until, Timestamp(rfc3339: until) == nil {
            throw ValidationError.said(
                "--until is '\(until)'; write a time and zone, such as 2026-12-24T06:00:00+08:00."
            )
        }
    }

    func run() async throws {
        let client = try self.options.client()
        var ids = try await client.clientIDs(self.clients)
        if let group {
            let members = try await client.get("/groups/\(try await client.groupID(group))/clients")
            ids += members["items"].array.compactMap { $0["client_id"].string }.filter { !ids.contains($0) }
        }
        guard !ids.isEmpty else { throw CommandFailure(.notFound, "There is no agent in this group.") }
        var body = JSONValue.object([:])
        if let span { body["for_seconds"] = .integer(span.seconds) }
        if let until { body["until"] = .string(until) }
        if let reason { body["reason"] = .string(reason) }
        var answers: [JSONValue] = []
        for id in ids {
            let path = "/clients/\(ServerAddress.escaped(id))/maintenance"
            answers.append(self.end ? try await client.delete(path) : try await client.put(path, body))
        }
        self.options.output.show(answers.count == 1 ? answers[0] : .array(answers)) {
            for answer in answers {
                let until = answer["maintenance"]["until"]
                let words: Wording =
                    until.isNull ? "takes new work" : "in maintenance until \(DisplayTime.text(until))"
                Terminal.say("\(answer["name"].cell): \(words)")
            }
        }
    }
}
