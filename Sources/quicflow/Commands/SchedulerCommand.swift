// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow scheduler`: whether schedules fire at all.
struct SchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduler",
        abstract: "Stops and starts all schedules at once.",
        subcommands: [SchedulerStatusCommand.self, SchedulerStopCommand.self, SchedulerStartCommand.self]
    )

    static func show(_ answer: JSONValue, _ options: ServerOptions) {
        options.output.show(answer) {
            if answer["is_running"].bool == true {
                Terminal.say("The scheduler runs.")
            } else {
                let stop = answer["stop"]
                let reason = stop["reason"].string == nil ? "" : " (\(stop["reason"].cell))"
                Terminal.say("The scheduler is stopped since \(stop["since"].cell) by \(stop["by"].cell)\(reason).")
            }
            let hosts = answer["hosts_connected"].integer ?? 0
            let told = answer["hosts_told"].integer ?? 0
            if told < hosts { Terminal.say("\(told) of \(hosts) connected hosts have heard of it.") }
            if let deaf = answer["hosts_deaf"].integer, deaf > 0 {
                Terminal.say("\(deaf) of them can't be told, and go on by their own clocks: upgrade their agents.")
            }
        }
    }
}

/// `quicflow scheduler status`.
struct SchedulerStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says whether schedules fire, and who stopped them."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        SchedulerCommand.show(try await self.options.client().get("/scheduler"), self.options)
    }
}

/// `quicflow scheduler stop`.
struct SchedulerStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Lets nothing fire by schedule, on all hosts, until it is started; what runs now runs on."
    )

    @OptionGroup var options: ServerOptions

    @Option(help: "Why, for whoever asks why a task did not run.")
    var reason: String?

    func run() async throws {
        var body = JSONValue.object([:])
        if let reason { body["reason"] = .string(reason) }
        SchedulerCommand.show(try await self.options.client().post("/scheduler/stop", body), self.options)
    }
}

/// `quicflow scheduler start`.
struct SchedulerStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Lets schedules fire again; what came due meanwhile is treated as each task's misfire policy says."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        SchedulerCommand.show(try await self.options.client().post("/scheduler/start"), self.options)
    }
}
