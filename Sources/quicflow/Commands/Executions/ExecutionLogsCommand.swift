// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow execution logs`: what a job wrote.
struct ExecutionLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Prints an execution's output, a part of it, or the lines in which a text stands."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: ExecutionReference

    @Flag(name: [.short, .long], help: "Go on printing, from attempt to attempt, until the execution has ended.")
    var follow = false

    @Option(help: "Only this attempt of a retried execution; the last one, or all of them when following.")
    var attempt: Int?

    @Option(help: "Only from this byte on.")
    var from: Int64?

    @Option(help: "With --from: so many bytes, at least 64.")
    var bytes: Int64?

    @Option(help: "Only from this line on; lines are counted from 1.")
    var line: Int64?

    @Option(help: "With --line: so many lines.")
    var lines: Int64?

    @Option(help: "Only lines with this text, each behind its number; searched on the server.")
    var search: String?

    @Flag(name: [.short, .long], help: "With --search: A to Z are a to z.")
    var ignoreCase = false

    func validate() throws {
        if let attempt, attempt < 1 { throw ValidationError.said("Attempts are counted from 1.") }
        let parts = [self.from != nil, self.line != nil, self.search != nil].filter { $0 }.count
        if parts > 1 || (parts == 1 && self.follow) {
            throw ValidationError.said("Use only one of --from, --line, --search and --follow.")
        }
        if self.bytes != nil, self.from == nil { throw ValidationError.said("--bytes needs --from.") }
        if self.lines != nil, self.line == nil { throw ValidationError.said("--lines needs --line.") }
        if self.ignoreCase, self.search == nil { throw ValidationError.said("--ignore-case needs --search.") }
        if (self.from ?? 0) < 0 || (self.bytes ?? 1) < 1 { throw ValidationError.said("Bytes are counted from 0.") }
        if (self.line ?? 1) < 1 || (self.lines ?? 1) < 1 { throw ValidationError.said("Lines are counted from 1.") }
        if self.search == "" { throw ValidationError.said("Say what to search for.") }
    }

    func run() async throws {
        let client = try self.options.client()
        let part = LogPart(
            client: client,
            path: self.reference.path,
            attempt: self.attempt,
            isJSON: self.options.output.format == .json
        )
        if let search { return try await part.search(search, ignoresCase: self.ignoreCase) }
        if let line { return try await part.print(from: line, lines: self.lines) }
        if let from { return try await part.print(from: from, bytes: self.bytes) }
        if self.options.output.format == .json, !self.follow {
            let query: [(String, String?)] = [("attempt", self.attempt.map { String($0) })]
            Terminal.sayJSON(try await client.get(self.reference.path + "/logs", query).pretty)
            return
        }
        let follower = LogFollower(client: client, path: self.reference.path, output: self.options.output)
        try await follower.print(untilEnd: self.follow, attempt: self.attempt)
    }
}

/// Reads an execution's output from where it stopped the last time.
struct LogFollower {
    let client: APIClient
    /// Of the execution.
    let path: String
    /// Nil = no progress.
    var output: OutputOptions?

    /// Writes output as it comes, in its order, each of the job's two streams to its own; remarks go to standard error.
    ///
    /// - Parameters:
    ///   - untilEnd: whether to wait for more until the execution is over, and to go through all its attempts.
    ///   - attempt: the only attempt to show.
    /// - Throws: ``CommandFailure`` when the server refuses or is gone.
    func print(untilEnd: Bool, attempt wanted: Int? = nil) async throws {
        var attempt = wanted ?? (untilEnd ? 1 : nil)
        var position: Int64 = 0
        // Where the output itself goes to the terminal, that shows how far it is; so does what goes to a file in its end.
        var progress: ProgressLine?
        defer { progress?.clear() }
        while true {
            let query: [(String, String?)] = [
                ("from", String(position)), ("attempt", attempt.map { String($0) }),
            ]
            let page = try await self.client.get(self.path + "/logs", query)
            progress?.clear()
            LogPart.write(page)
            let next = page["next"].integer ?? position
            if let output, !untilEnd, !Terminal.outputIsTerminal {
                let total = Int(clamping: page["total_bytes"].integer ?? 0)
                var line = progress ?? ProgressLine(of: total, unit: .bytes, output)
                line.show(Int(clamping: next))
                progress = line
            }
            let progressed = next > position
            position = max(position, next)
            if progressed, position < page["total_bytes"].integer ?? 0 { continue }
            let isComplete = page["complete"].bool ?? true
            let last = Int(page["last_attempt"].integer ?? 1)
            if untilEnd, wanted == nil, isComplete, let current = attempt, current < last {
                attempt = current + 1
                position = 0
                Terminal.complain("quicflow: attempt \(current + 1) begins")
                continue
            }
            // Whoever wants one attempt is done with it; else the last one is awaited.
            let isOver = wanted == nil ? page["ended"].bool ?? isComplete : isComplete
            guard untilEnd, !isOver else {
                if wanted == nil, !untilEnd, last > 1 {
                    Terminal.complain("quicflow: this is the last of \(last) attempts; --attempt shows the others")
                }
                return
            }
            // New output reaches the server within a second; twice that often is often enough.
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
