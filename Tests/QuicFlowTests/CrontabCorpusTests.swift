// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import quicflow

/// Real-looking crontabs of all dialects: each line gives the same job, or the difference is said.
@Suite struct CrontabCorpusTests {
    @Test(
        "every line of every crontab becomes the task, the warning or the refusal beside it",
        arguments: CorpusCase.all
    )
    func line(_ crontab: CorpusCase) {
        var plan = CrontabImport(namePrefix: "", timeZone: "Europe/Berlin")
        plan.add(Array(crontab.text.utf8), file: crontab.name, form: crontab.form)
        for (number, line) in crontab.lines.enumerated() {
            let found = CorpusLine.Outcome(plan, line: number + 1)
            line.check(found, form: crontab.form)
        }
    }

    @Test("the corpus has at least 150 lines that are jobs or meant to be")
    func size() {
        #expect(CorpusCase.all.flatMap(\.lines).count { $0.isTask || !$0.refusals.isEmpty } >= 150)
    }
}

/// One crontab of the corpus.
struct CorpusCase: Sendable, CustomTestStringConvertible {
    var name: String
    var form: CrontabForm
    var lines: [CorpusLine] = []

    var text: String { self.lines.map { $0.text + "\n" }.joined() }
    var testDescription: String { self.name }

    /// The cases of `Corpus/crontabs.txt`; its head explains the notation.
    static let all: [CorpusCase] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Corpus/crontabs.txt"
        )
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        var cases: [CorpusCase] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("@@ ") {
                let words = line.dropFirst(3).dropLast().split(separator: "[")
                let form: CrontabForm = words[1] == "auto" ? .automatic : words[1] == "system" ? .system : .user
                cases.append(CorpusCase(name: String(words[0]), form: form))
            } else if let last = cases.indices.last {
                cases[last].read(line)
            }
        }
        return cases
    }()

    private mutating func read(_ line: Substring) {
        let mark = line.prefix(2)
        let rest = String(line.dropFirst(3))
        guard let last = self.lines.indices.last, ["=>", "..", "!!", "??"].contains(mark) else {
            self.lines.append(CorpusLine(text: String(line)))
            return
        }
        switch mark {
        case "=>":
            self.lines[last].isTask = true
            self.lines[last].expression = rest.isEmpty ? nil : rest
        case "!!": self.lines[last].refusals.append(rest)
        case "??": self.lines[last].warnings.append(rest)
        default:
            let key = String(rest.prefix { $0 != " " })
            self.lines[last].facts.append((key, String(rest.dropFirst(key.count + 1))))
        }
    }
}

/// One line of a crontab, and what has to come of it.
struct CorpusLine: Sendable {
    var text: String
    var isTask = false
    var expression: String?
    var facts: [(key: String, value: String)] = []
    var refusals: [String] = []
    var warnings: [String] = []

    /// What an import made of a line.
    struct Outcome {
        let tasks: [ImportedTask]
        let refusals: [String]
        let warnings: [String]

        init(_ plan: CrontabImport, line: Int) {
            let remarks = plan.remarks.filter { $0.line == line }
            self.tasks = plan.tasks.filter { $0.line == line }
            self.refusals = remarks.filter { $0.severity == .error }.map(\.message)
            self.warnings = remarks.filter { $0.severity == .warning }.map(\.message)
        }
    }

    func check(_ found: Outcome, form: CrontabForm) {
        let comment = Comment(rawValue: self.text)
        Self.match(found.refusals, self.refusals, comment)
        Self.match(found.warnings, self.warnings, comment)
        #expect(found.tasks.count == (self.isTask ? 1 : 0), comment)
        guard self.isTask, let task = found.tasks.first else { return }
        let count = self.text.hasPrefix("@every ") ? 2 : self.text.hasPrefix("@") ? 1 : 5
        var words = self.text.split(maxSplits: count + (task.user == nil ? 0 : 1)) { $0 == " " || $0 == "\t" }
        let schedule = words.prefix(count).joined(separator: " ")
        #expect(task.expression == self.expression ?? schedule, comment)
        #expect(task.isEnabled && task.runAs == (self.fact("as") == nil ? nil : task.user), comment)
        #expect(task.leavesProcesses == self.facts.contains { $0.key == "stays" }, comment)
        let rest = String(words.removeLast().drop { $0 == " " || $0 == "\t" })
        let command = self.fact("cmd").map { $0.replacing("|\n", with: "|") } ?? rest
        #expect(task.command == (self.hasInput ? command.replacing("|", with: "\n") : command), comment)
        if let user = self.fact("user") { #expect(task.user == user, comment) }
        if let shell = self.fact("shell") { #expect(task.shell == shell, comment) }
        #expect(task.workDirectory == self.fact("dir") || self.fact("dir") == nil, comment)
        #expect(task.timeZone == self.fact("zone") ?? task.timeZone, comment)
        for (key, value) in self.facts where key == "env" {
            let name = String(value.prefix { $0 != "=" })
            #expect(task.environment[name] == String(value.dropFirst(name.count + 1)), comment)
        }
    }

    /// In a command with input, `|` stands for a line break.
    private var hasInput: Bool { self.fact("cmd")?.hasPrefix("{|") == true }

    private func fact(_ key: String) -> String? { self.facts.first { $0.key == key }?.value }

    /// One message for each fragment, in order.
    private static func match(_ messages: [String], _ fragments: [String], _ comment: Comment) {
        #expect(messages.count == fragments.count, "\(comment): \(messages)")
        for (message, fragment) in zip(messages, fragments) {
            #expect(message.contains(fragment), comment)
        }
    }
}
