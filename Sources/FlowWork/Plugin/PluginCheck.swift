// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowProcess
import Foundation

/// Says whether a program keeps to the plugin protocol: `check-plugin PATH [NAME=VALUE…]`.
enum PluginCheck {
    static func run(_ words: [String]) -> Int32 {
        guard let path = words.first, path.hasPrefix("/") else {
            WorkLog.complain("check-plugin: name a program by its absolute path")
            return WorkExit.trouble.rawValue
        }
        var values: [String: String] = [:]
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                WorkLog.complain("check-plugin: '\(word)' is not NAME=VALUE")
                return WorkExit.trouble.rawValue
            }
            values[parts[0]] = parts[1]
        }
        let checks: [(String, () throws -> String)] = [
            ("greets in time, and says what it is", { try Self.greets(path) }),
            ("refuses a message it does not know, and goes on", { try Self.refuses(path) }),
            ("ends when it is told to cancel", { try Self.cancels(path, values) }),
        ]
        var failures = 0
        for (words, check) in checks {
            do {
                let detail = try check()
                WorkLog.say("ok      \(words)\(detail.isEmpty ? "" : ": \(detail)")")
            } catch {
                failures += 1
                WorkLog.say("failed  \(words): \((error as? WorkFailure)?.message ?? "\(error)")")
            }
        }
        return failures == 0 ? WorkExit.success.rawValue : WorkExit.failure.rawValue
    }

    private static let times = PluginProcess.Times(greeting: 10_000, farewell: 2_000, cancel: 10_000)

    private static func greets(_ path: String) throws -> String {
        let (_, description) = try Self.greeting(path)
        let names = description.parameters.keys.sorted()
        return
            "\(description.name) \(description.version)\(names.isEmpty ? "" : ", parameters \(names.joined(separator: ", "))")"
    }

    /// One that only greets and is let go then.
    private static func greeting(
        _ path: String,
        asking: [JSON] = []
    ) throws -> (answers: [JSON], description: PluginDescription) {
        let dialogue = try PluginDialogue(path: path)
        dialogue.send(.object([.init("type", "hello"), .init("protocol", PluginDescription.protocolVersion)]))
        let greeting = try dialogue.next(milliseconds: Self.times.greeting, "its greeting")
        let description: PluginDescription
        do { description = try PluginDescription(greeting) } catch { throw WorkFailure(.failure, error.message) }
        var answers: [JSON] = []
        for question in asking {
            dialogue.send(question)
            answers.append(try dialogue.next(milliseconds: Self.times.greeting, "its answer"))
        }
        return (answers, description)
    }

    private static func refuses(_ path: String) throws -> String {
        let unknown = JSON.object([.init("type", "qf-unknown-message")])
        let (answers, _) = try Self.greeting(path, asking: [unknown, unknown])
        for answer in answers {
            guard case .string("error")? = answer["type"], case .string? = answer["text"] else {
                throw WorkFailure(.failure, "it answers with something else than {\"type\": \"error\", \"text\": …}")
            }
        }
        return ""
    }

    private static func cancels(_ path: String, _ values: [String: String]) throws -> String {
        var conversation = PluginConversation(
            parameters: values,
            facts: [
                .init("execution_id", "00000000-0000-0000-0000-000000000000"), .init("attempt", 1), .init("task_id", 0),
                .init("task_name", "check"), .init("scheduled_time", "1970-01-01T00:00:00Z"),
                .init("timeout_seconds", 60),
            ]
        )
        let process = try PluginProcess(path: path)
        let end = process.run(&conversation, times: Self.times, say: { _, _ in }, wantsCancel: { $0.isGreeted })
        switch end {
        case .stopped: return ""
        // Quicker than the cancel: right as well.
        case .success: return "it was done before"
        case .failure(let words): return "it had failed before: \(words)"
        case .fault(let words): throw WorkFailure(.failure, words)
        }
    }
}

/// Single questions to a plugin, for checks.
private final class PluginDialogue {
    private let program: PluginProgram

    init(path: String) throws { self.program = try PluginProgram(path: path) }

    deinit { self.program.child.signal(SIGKILL) }

    func send(_ message: JSON) { WorkLog.write(JSONWriter.bytes(message) + [0x0a], to: self.program.input) }

    func next(milliseconds: Int64, _ what: String) throws -> JSON {
        let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(milliseconds) * 1_000_000
        while true {
            if let line = self.program.line() {
                guard let message = try? JSONParser.parse(line), case .object = message else {
                    throw WorkFailure(.failure, "\(what) is no JSON object on one line")
                }
                return message
            }
            let now = DispatchTime.now().uptimeNanoseconds
            guard now < deadline, self.program.unreadCount <= PluginConversation.lineLimit else {
                throw WorkFailure(.failure, "\(what) did not come in time")
            }
            var entry = pollfd(fd: self.program.output, events: Int16(POLLIN), revents: 0)
            _ = poll(&entry, 1, Int32(clamping: (deadline - now) / 1_000_000 + 1))
            if self.program.fill() == 0 { throw WorkFailure(.failure, "it ended before \(what)") }
        }
    }
}
