// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess
import FlowTesting
import Testing

@testable import quicflow

@Suite("Commands of other schedulers run with the same words here")
struct ForeignCommandTests {
    /// What an argument can have that a shell reads.
    private static let hostile = [
        "a b", "", "it's", "\"", "$HOME", "${HOME}", "$(echo x)", "`echo x`", "a\\nb", "*", "~", "#", "a;b", "&", "|",
        ">x", "!", "A=b", "-n", "\\", "'\u{301}'", "\"\u{301}$(echo x)\"", "\n", "\t$", "{a,b}", "é", "\u{1}",
    ]

    /// What a script hands to `printf`, one word a line in brackets.
    private func printed(_ script: String, _ environment: [String: String] = [:]) throws -> String {
        let settings = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let (end, output, error) = try ChildProcess.run("/usr/bin/env", ["-i"] + settings + ["/bin/sh", "-c", script])
        #expect(end == .exited(0), "\(script): \(error)")
        return output
    }

    private func words(_ texts: [String]) -> String { texts.map { "[\($0)]\n" }.joined() }

    private func yaml(_ words: [String], more: String = "") -> String {
        let list = words.map { JSONWriter.text(.string($0)) }.joined(separator: ", ")
        return """
            kind: CronJob
            metadata: {name: a}
            spec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {containers: [{command: [\(list)]\(more)}]}}}}}
            """
    }

    private func plan(_ format: ImportFormat, _ files: [(String, String)]) -> ForeignImport {
        var plan = ForeignImport(format: format, namePrefix: "", timeZone: "UTC")
        plan.add(files.map { ImportFile(name: $0.0, bytes: Array($0.1.utf8)) })
        return plan
    }

    private func cronJob(_ words: [String], more: String = "") throws -> (task: ForeignTask, remarks: [String]) {
        let plan = self.plan(.kubernetes, [("j.yaml", self.yaml(words, more: more))])
        return (try #require(plan.tasks.first, "\(plan.remarks)"), plan.remarks.map(\.message))
    }

    private func unit(_ lines: String, name: String = "a") throws -> (task: ForeignTask?, remarks: [String]) {
        let plan = self.plan(
            .systemd,
            [("\(name).service", "[Service]\n\(lines)\n"), ("\(name).timer", "[Timer]\nOnCalendar=daily\n")]
        )
        return (plan.tasks.first, plan.remarks.map { "\($0.line) \($0.message)" })
    }

    // MARK: Kubernetes

    @Test("A container's words are the program's, byte by byte")
    func containerWords() throws {
        let (task, _) = try self.cronJob(["/usr/bin/printf", "[%s]\\n"] + Self.hostile)
        #expect(try self.printed(task.command) == self.words(Self.hostile))
    }

    @Test("$(NAME) is a variable of the container and nothing else; $$ is $")
    func containerVariables() throws {
        let env =
            #", env: [{name: WHO, value: "o'p `s` \"$X\" *"}, {name: BOTH, value: "<$(WHO)> $(LATER) $$(WHO)"}, "#
            + #"{name: LATER, value: "1"}, {name: "a.b", value: "$ dot"}]"#
        let (task, _) = try self.cronJob(
            ["/usr/bin/printf", "[%s]\\n", "$(WHO)$", "`$(WHO)`", "$(date)", "$$(WHO)", "$$", "$(BOTH", "$(a.b)"],
            more: env
        )
        let who = "o'p `s` \"$X\" *"
        #expect(task.environment["BOTH"] == "<\(who)> $(LATER) $(WHO)")
        #expect(
            try self.printed(task.command, task.environment)
                == self.words(["\(who)$", "`\(who)`", "$(date)", "$(WHO)", "$", "$(BOTH", "$ dot"])
        )
    }

    @Test("A program without a path is the program, not the shell's own word for it")
    func builtins() throws {
        #expect(try self.cronJob(["echo", "a\\nb"]).task.command == #"exec echo 'a\nb'"#)
        #expect(try self.cronJob(["if"]).task.command == "exec if")
        #expect(try self.cronJob(["A=b", "c"]).task.command == "exec A=b c")
        #expect(try self.unit("ExecStart=echo a\\\\tb").task?.command == #"(exec echo 'a\tb')"#)
    }

    @Test("A script of sh -c has the values put in, and keeps the shell's own words")
    func scripts() throws {
        let env =
            ", env: [{name: WHO, value: \"a; echo b\"}, {name: KEY, valueFrom: {secretKeyRef: {name: k, key: k}}}]"
        let (task, remarks) = try self.cronJob(["sh", "-c", "echo $(WHO) $(date) $(KEY) $$$$"], more: env)
        #expect(task.command == "echo a; echo b $(date) ${KEY} $$")
        #expect(remarks.contains { $0.hasPrefix("$(KEY) is put in as ${KEY}") })
    }

    @Test("What the file does not say is said")
    func unknown() throws {
        let more =
            ", envFrom: [{configMapRef: {name: m}}], env: [{name: A, valueFrom: {fieldRef: {}}}, {name: B, value: \"$(A)\"}]"
        let (task, remarks) = try self.cronJob(["/bin/x", "$(FROM)"], more: more)
        #expect(task.command == "/bin/x '$(FROM)'")
        #expect(remarks.contains { $0.hasPrefix("$(FROM) is left as it is") })
        #expect(remarks.contains { $0.hasPrefix("variable B is made of one whose value is not here") })
    }

    // MARK: systemd

    @Test("A unit's words are the program's, byte by byte")
    func unitWords() throws {
        let quoted = Self.hostile.map { text in
            let escaped = text.replacing("\\", with: #"\\"#).replacing("\n", with: #"\n"#).replacing("%", with: "%%")
            return "\""
                + String(
                    decoding: escaped.utf8.flatMap { byte -> [UInt8] in
                        switch byte {
                        case UInt8(ascii: "\""): Array(#"\""#.utf8)
                        case UInt8(ascii: "$"): Array("$$".utf8)
                        default: [byte]
                        }
                    },
                    as: UTF8.self
                ) + "\""
        }
        let (task, remarks) = try self.unit("ExecStart=/usr/bin/printf [%%s]\\\\n " + quoted.joined(separator: " "))
        #expect(try self.printed(try #require(task, "\(remarks)").command) == self.words(Self.hostile))
    }

    @Test("Only ${NAME}, and $NAME as a whole word, are variables of systemd")
    func unitVariables() throws {
        let line = #"ExecStart=/usr/bin/printf [%%s]\\n a$A $A ${A}$A "`id`${A}" $(id) a$(id) $A/x ${A:-b} $$A \;"#
        let (task, remarks) = try self.unit(line)
        let command = try #require(task, "\(remarks)").command
        let value = "1 * 2"
        let expected = ["a$A", "1", "*", "2", "\(value)$A", "`id`\(value)", "a$(id)", "", "$A", ";"]
        #expect(try self.printed(command, ["A": value]) == self.words(expected))
        for word in ["$(id)", "$A/x", "${A:-b}"] {
            #expect(
                remarks.contains { $0.hasPrefix("2 '\(word)' is left out") || $0.hasPrefix("2 \(word) is left out") }
            )
        }
        #expect(remarks.contains { $0.hasPrefix("2 $A is split at blanks") })
        #expect(try self.unit("ExecStart=:/bin/x $A ${A}").task?.command == "/bin/x '$A' '${A}'")
    }

    @Test("Escapes and specifiers are written out, or refused with their line")
    func specifiers() throws {
        let (task, remarks) = try self.unit(
            "Environment=I=%i \"P=%%\" H=%H\nWorkingDirectory=%S/x\nExecStart=/bin/x %p %j %I %f \\x41\\u00e9\\101\\q %t",
            name: "pre-job@a-b\\x2dc"
        )
        #expect(task?.command == #"/bin/x pre-job job a/b-c /a/b-c 'AéA\q' /run"#)
        #expect(task?.environment == ["I": "a-b\\x2dc", "P": "%"])
        #expect(task?.workDirectory == "/var/lib/x")
        #expect(remarks.contains { $0.hasPrefix("2 'H=%H' in Environment= is left out") })
        #expect(remarks.contains { $0.hasPrefix("4 %t is written out as /run") })
        for (line, words) in [
            ("%h", "'%h' can't be said here"), (#"\xff"#, "no text in UTF-8"), ("a ; b", "several commands"),
            ("\"a", "a quote is not closed"),
        ] {
            let (task, remarks) = try self.unit("ExecStart=/bin/x \(line)")
            #expect(task == nil)
            #expect(remarks.contains { $0.hasPrefix("2 ExecStart=: ") && $0.contains(words) }, "\(line): \(remarks)")
        }
    }

    @Test("A command whose failure is none hides no failure of one before it")
    func ignoredFailure() throws {
        let (task, _) = try self.unit("ExecStartPre=/bin/false\nExecStart=-/bin/false")
        let command = try #require(task).command
        #expect(command == "/bin/false &&\n{ /bin/false || true; }")
    }
}
