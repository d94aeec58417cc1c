// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowCore
import Foundation

/// `quicflow task logs`: what a task wrote the last time, from a host's own records (S1-FR-5.5).
struct TaskLogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "On an agent's host: a task's last output, without a server.",
        discussion: "Output of any execution is at 'quicflow execution logs'."
    )

    @OptionGroup var options: HostOptions

    @Option(name: [.customLong("task-id"), .customLong("task")], help: "The task, by number or name.")
    var task: String

    @Flag(help: "Of the last execution that wrote something; that is also the default.")
    var last = false

    func run() throws {
        guard let log = try self.options.read({ try $0.lastLog(task: self.task) }) else {
            throw CommandFailure(.notFound, "no output of '\(self.task)' is kept on this host")
        }
        if self.options.output.format == .json {
            return Terminal.sayJSON(Self.json(log).pretty)
        }
        for chunk in log.chunks {
            let handle: FileHandle = chunk.stream == .standardOutput ? .standardOutput : .standardError
            // Bytes as they were: output need not be text.
            handle.write(Data(chunk.bytes))
        }
    }

    private static func json(_ log: LocalLog) -> JSONValue {
        func text(_ stream: FlowCore.OutputStream) -> JSONValue {
            .string(String(decoding: log.chunks.filter { $0.stream == stream }.flatMap(\.bytes), as: UTF8.self))
        }
        return .object([
            "execution_id": .string(log.executionID.description), "output": text(.standardOutput),
            "error": text(.standardError),
        ])
    }
}
