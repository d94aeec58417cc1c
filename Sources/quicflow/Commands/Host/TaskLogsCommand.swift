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

    @Option(help: "Only this attempt of a retried execution; the last that wrote something.")
    var attempt: Int?

    func run() throws {
        guard let log = try self.options.read({ try $0.lastLog(task: self.task) }) else {
            throw CommandFailure(.notFound, "no output of '\(self.task)' is kept on this host")
        }
        let attempt = self.attempt ?? log.attempts.last ?? 1
        let chunks = log.chunks(of: attempt)
        guard self.attempt == nil || !chunks.isEmpty else {
            let kept = log.attempts.map(String.init).joined(separator: ", ")
            throw CommandFailure(.notFound, "of attempt \(attempt) no output is kept; there is some of attempt \(kept)")
        }
        if self.options.output.format == .json {
            return Terminal.sayJSON(Self.json(log, attempt: attempt, chunks).pretty)
        }
        var end: Int64 = 0
        for chunk in chunks {
            if chunk.offset > end {
                Terminal.write(spoken("[\(chunk.offset - end) bytes left out]") + "\n")
            }
            end = chunk.offset + Int64(chunk.bytes.count)
            let handle: FileHandle = chunk.stream == .standardOutput ? .standardOutput : .standardError
            // Bytes as they were: output need not be text.
            handle.write(Data(chunk.bytes))
        }
        if self.attempt == nil, log.attempts.count > 1 {
            let kept = log.attempts.map(String.init).joined(separator: ", ")
            Terminal.complain("quicflow: this is attempt \(attempt); --attempt shows any of \(kept)")
        }
    }

    private static func json(_ log: LocalLog, attempt: Int, _ chunks: [LogChunk]) -> JSONValue {
        func text(_ stream: FlowCore.OutputStream) -> JSONValue {
            .string(String(decoding: chunks.filter { $0.stream == stream }.flatMap(\.bytes), as: UTF8.self))
        }
        return .object([
            "execution_id": .string(log.executionID.description), "attempt": .integer(Int64(attempt)),
            "attempts": .array(log.attempts.map { .integer(Int64($0)) }), "output": text(.standardOutput),
            "error": text(.standardError),
        ])
    }
}
