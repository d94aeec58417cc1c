// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess
import FlowTesting
import Foundation
import Testing

@testable import quicflow

/// Names and texts that somebody else chose, where the command shows and writes them (attack class 7).
@Suite("Five hundred texts in tables, files and scripts of the command")
struct InjectionTests {
    private static let payloads = InjectionPayloads.all

    @Test("A table keeps its lines, and no terminal obeys what stands in it")
    func tables() {
        #expect(Self.payloads.count >= 500)
        for payload in Self.payloads {
            var table = TextTable(["NAME", "STATE"])
            table.add([payload, "ok"])
            for text in [table.plain, table.boxed(title: "T")] {
                let shown = PrintableText.of(text)
                let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
                #expect(lines.count == (text == table.plain ? 2 : 7), "\(payload.debugDescription)")
                #expect(
                    shown.unicodeScalars.allSatisfy { scalar in
                        scalar == "\n" || scalar == "\t"
                            || scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value)
                                && !(0x202a...0x202e).contains(scalar.value)
                                && !(0x2066...0x2069).contains(scalar.value)
                    },
                    "\(payload.debugDescription)"
                )
            }
        }
    }

    @Test("A task file holds each as text: what is read again is what was written, as a name and as a value")
    func taskFiles() throws {
        for payload in Self.payloads {
            let value = JSONValue.object([
                "name": .string(payload), "labels": .object(["k": .string(payload)]),
                "cron_exprs": .array([.string(payload)]),
            ])
            let text = YAMLWriter.text(value, order: TaskFile.order)
            let reader = YAMLReader(Array(text.utf8))
            #expect(reader.faults.isEmpty && reader.documents.count == 1, "\(payload.debugDescription)")
            #expect(reader.documents.first?.value == value, "\(payload.debugDescription)")
        }
    }

    @Test("An export writes each into a file of its own inside its folder, whatever the task is called")
    func fileNames() throws {
        let home = NSTemporaryDirectory() + "flow-names-" + UUID().uuidString
        let place = home + "/inner/tasks"
        defer { try? FileManager.default.removeItem(atPath: home) }
        var folder = TaskFolder(place, [])
        let names = Self.payloads + ["../../up", "..", ".", ".hidden", "/etc/passwd", "a/../b", "con", ""]
        let tasks = names.map { (key: FileKey(.task, $0), fields: JSONValue.object(["name": .string($0)])) }
        #expect(try folder.write(tasks, over: []) == tasks.count)
        let files = try FileManager.default.subpathsOfDirectory(atPath: home).filter {
            !["inner", "inner/tasks"].contains($0)
        }
        #expect(files.count == tasks.count)
        for file in files {
            let name = file.dropFirst("inner/tasks/".count)
            #expect(file.hasPrefix("inner/tasks/") && !name.contains("/") && name.hasSuffix(".yaml"), "\(file)")
            #expect(!name.hasPrefix(".") && !name.hasPrefix("-"), "\(file)")
            #expect(
                !name.unicodeScalars.contains { $0.value < 0x20 || " *?$`'\"\\|&;<>()".unicodeScalars.contains($0) },
                "\(file)"
            )
        }
    }

    @Test("A shell takes each that an import quotes as one word, as it is")
    func shellWords() throws {
        let words = Self.payloads.filter { !$0.utf8.contains(0) }
        let directory = NSTemporaryDirectory() + "flow-words-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let script = "cd '\(directory)' || exit 9\n" + words.map { "printf '%s\\0' \(ShellText.quoted($0))\n" }.joined()
        let file = directory + "/script"
        try Data(script.utf8).write(to: URL(fileURLWithPath: file))
        let (end, output, error) = try ChildProcess.run("/bin/sh", [file])
        #expect(end == .exited(0) && error.isEmpty, "\(error.prefix(500))")
        let got = output.utf8.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { Array($0) }
        #expect(got.count == words.count)
        for (word, bytes) in zip(words, got) { #expect(bytes == Array(word.utf8), "\(word.debugDescription)") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["script"], "nothing was run")
    }
}
