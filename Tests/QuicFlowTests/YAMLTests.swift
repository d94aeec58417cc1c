// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import quicflow

@Suite("Task files are read strictly and written so that everybody reads them alike")
struct YAMLTests {
    private func faults(_ text: String) -> [String] {
        YAMLReader(Array(text.utf8)).faults.map { "\($0.mark.line):\($0.mark.column): \($0.text)" }
    }

    private func value(_ text: String) -> JSONValue? { YAMLReader(Array(text.utf8)).documents.first?.value }

    @Test(
        "what makes small files large, or means two things, is refused with its place",
        arguments: [
            ("a: &x 1", "1:4: anchors"), ("a: *x", "1:4: aliases"), ("a: !!str 1", "1:4: tags"),
            ("a: 1\nb: 2\na: 3", "3:1: 'a' stands on line 1 already"), ("a:\n\tb: 1", "2:1: a tab stands"),
            ("? [a]\n: 1", "1:3: a key has to be text"), ("a: [1", "this is no YAML"), ("a: \"x", "this is no YAML"),
            ("a: \u{1}", "control characters"),
        ]
    )
    func refused(text: String, fault: String) {
        #expect(self.faults(text).contains { $0.contains(fault) }, "\(self.faults(text))")
    }

    @Test("all faults of a text are told, not only the first")
    func allFaults() {
        #expect(self.faults("a: &x 1\na: *x\nb: !t 2\n").count == 4)
    }

    @Test("nested aliases and deep nesting end at once")
    func bombs() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...60 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(!self.faults(text).isEmpty)
        #expect(!self.faults("? *a\n: 1").isEmpty)
        #expect(self.faults(String(repeating: "[", count: 100_000)).count == 1)
        #expect(!self.faults(String(repeating: "- ", count: 100_000)).isEmpty)
        #expect(!YAMLReader([0xff, 0xfe, 0x41]).faults.isEmpty)
    }

    @Test(
        "plain words are what YAML 1.2 says",
        arguments: [
            ("5", JSONValue.integer(5)), ("-1.5", .number(-1.5)), ("true", .bool(true)), ("yes", "yes"), ("on", "on"),
            ("~", .null), ("", .null), ("022", .integer(22)), ("'5'", "5"), ("12:30", "12:30"), ("1e3", .number(1000)),
            ("1e999", "1e999"), ("2026-01-31", "2026-01-31"), ("|\n  x\n", "x\n"), ("0x1f", "0x1f"),
        ]
    )
    func plain(text: String, value: JSONValue) {
        #expect(self.value("a: \(text)")?["a"] == value)
    }

    @Test(
        "every text is read again as it was written",
        arguments: [
            "", "a", "yes", "No", "null", "5", "1.0", "- a", "a: b", "# a", "a #b", " a", "a ", "a\nb", "a\nb\n",
            "a\n\nb\n\n",
            "\n", "\na", "\ta\nb", "a\n\tb", "a\r\nb", "a\u{0}b", "\u{1b}[31m", "é數\u{1f600}", "\u{2028}", "\u{feff}x",
            "'", "\"",
            "\\", "*/5 * * * *", "&a", "!a", "%a", "@a", "`a`", "{a}", "[a]", "a,b", "?", "secret:DB",
            "#!/bin/sh\nset -e\n",
            "a\n  \nb", "a\n   b\n c\n", "---", "...", "~", "=", "<<", "\u{85}", "\u{7f}", "\u{10ffff}", "x\n# y\n",
        ]
    )
    func roundTrip(text: String) {
        let value = JSONValue.object([
            "k": .string(text),
            text.isEmpty ? "e" : text: .array([.string(text), .object(["x": .string(text), "y": 1])]),
            "z": .object(["in": .object(["deep": .string(text)])]),
        ])
        let yaml = YAMLWriter.text(value)
        #expect(self.faults(yaml) == [], "\(yaml)")
        #expect(self.value(yaml) == value, "\(yaml)")
    }

    // MARK: Places

    @Test("a path leads to its line and column, or to what is nearest around it")
    func places() throws {
        let text = "name: a\ngroups: [x, y]\nexecutor_config:\n  env:\n    A.B: 1\nlabels: {}\n"
        let node = try #require(YAMLReader(Array(text.utf8)).documents.first)
        func place(_ path: String) -> [Int]? { node.nearest(to: path).map { [$0.mark.line, $0.mark.column] } }
        #expect(place("groups[1]") == [2, 13])
        #expect(place("executor_config.env.A.B") == [5, 5])
        #expect(place("executor_config.command") == [3, 1])
        #expect(place("labels.x") == [6, 1])
        #expect(place("timeout") == nil)
    }

    // MARK: Changing

    private func change(_ text: String, _ change: (inout JSONValue) -> Void) -> String? {
        guard let node = YAMLReader(Array(text.utf8)).documents.first else { return nil }
        var wanted = node.value
        change(&wanted)
        let changed = YAMLEdit.changed(text, node, to: wanted, order: TaskFile.order)
        if let changed { #expect(self.value(changed) == wanted, "\(changed)") }
        return changed
    }

    private static let commented = """
        # The night's work.
        name: nightly   # known to the pager
        cron_expr: "0 2 * * *"  # after the back-up
        executor_config:
          # Keep it short.
          command: |
            # a comment of the script
            echo hello

          env:
            A: "1" # one
        # Where it runs.
        groups: [all]

        """

    @Test("a changed value takes its own lines only; comments before and behind stay")
    func comments() throws {
        let text = try #require(
            self.change(Self.commented) { value in
                value["cron_expr"] = "0 3 * * *"
                value["executor_config"]["env"]["A"] = "2"
                value["timeout"] = 60
            }
        )
        let expected = Self.commented.replacing("0 2 *", with: "0 3 *").replacing("A: \"1\"", with: "A: \"2\"")
        #expect(text == expected.replacing("groups: [all]\n", with: "groups: [all]\ntimeout: 60\n"))
    }

    @Test("a script is replaced whole, its own comments with it")
    func script() throws {
        let text = try #require(self.change(Self.commented) { $0["executor_config"]["command"] = "echo bye" })
        #expect(
            !text.contains("comment of the script") && text.contains("# Keep it short.")
                && text.contains("A: \"1\" # one")
        )
        let gone = try #require(self.change(Self.commented) { $0["executor_config"]["env"] = .null })
        #expect(gone.contains("# Where it runs."))
    }

    @Test("a key that goes takes its lines along, and comments of the next key stay")
    func removed() throws {
        let text = try #require(
            self.change(Self.commented) { value in
                guard case .object(var members) = value else { return }
                members["executor_config"] = nil
                value = .object(members)
            }
        )
        #expect(!text.contains("echo") && text.contains("# Where it runs.\ngroups: [all]"))
    }

    @Test("one of several tasks is changed, in lists and in documents; lines may end as Windows ends them")
    func several() throws {
        let list = "- name: a # A\n  timeout: 5\n- name: b\n  timeout: 6\n"
        let node = try #require(YAMLReader(Array(list.utf8)).documents.first)
        guard case .sequence(let elements) = node.kind else { return }
        let wanted = JSONValue.object(["name": "a2", "timeout": 7])
        let changed = YAMLEdit.changed(list, elements[0], to: wanted, order: [])
        #expect(changed == "- name: a2 # A\n  timeout: 7\n- name: b\n  timeout: 6\n")
        let windows = try #require(self.change("name: a\r\ntimeout: 5\r\n# end\r\n") { $0["timeout"] = 6 })
        #expect(windows.contains("# end"))
    }

    @Test("keys that are added inside and behind at one place come to stand where they belong")
    func added() {
        let text = self.change("name: a\nexecutor_config:\n  command: x\n") { value in
            value["executor_config"]["nice"] = 5
            value["timeout"] = 60
        }
        #expect(text == "name: a\nexecutor_config:\n  command: x\n  nice: 5\ntimeout: 60\n")
    }

    @Test("what can't be changed line by line is not tried")
    func flow() {
        #expect(self.change("{name: a, timeout: 5}") { $0["timeout"] = 6 } == nil)
    }
}
