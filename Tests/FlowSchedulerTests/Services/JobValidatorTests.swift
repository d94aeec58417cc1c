// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Testing

@testable import FlowScheduler

@Suite("The rules of a job")
struct JobValidatorTests {
    private static let now = Timestamp(milliseconds: 1_795_255_200_000)

    private func paths(_ draft: JobDraft, previous: ScheduleSpec? = nil) -> [String] {
        var validator = self.validator(previous: previous)
        _ = validator.validate(draft)
        return validator.faults.details.map(\.path)
    }

    private func validator(previous: ScheduleSpec? = nil) -> JobValidator {
        JobValidator(knownGroups: [1], now: Self.now, previous: previous, uid: JobUID(uuid: UUID()))
    }

    private func draft(
        name: String = "job",
        payload: Payload = .shell(ShellPayload(command: "true")),
        schedule: ScheduleDraft = .manual,
        policies: Policies = Policies()
    ) -> JobDraft {
        JobDraft(name: name, payload: payload, schedule: schedule, policies: policies, groups: [1])
    }

    @Test("Names have 1 to 128 characters, no control characters and no blanks around them (S1-FR-1.1)")
    func names() {
        #expect(self.paths(self.draft(name: String(repeating: "日", count: 128))).isEmpty)
        for name in ["", " ", "a ", "a\nb", String(repeating: "x", count: 129)] {
            #expect(self.paths(self.draft(name: name)).contains("name"), "\(name)")
        }
    }

    @Test("Policies that contradict each other are refused, and both are named (S2-5)")
    func contradictions() {
        func paths(_ policies: Policies) -> [String] { self.paths(self.draft(policies: policies)) }
        #expect(paths(Policies(overlap: .queue, queueLimit: 10, misfire: .fireAll, misfireLimit: 11)).isEmpty)
        #expect(
            paths(Policies(overlap: .queue, queueLimit: 10, misfire: .fireAll, misfireLimit: 12)) == ["misfire_limit"]
        )
        #expect(paths(Policies(misfire: .fireAll)).isEmpty)
        #expect(paths(Policies(misfire: .fireAll, misfireLimit: 2)) == ["misfire_limit"])
        #expect(paths(Policies(misfire: .fireOnce, misfireLimit: 1)) == ["misfire_limit"])
        #expect(
            paths(Policies(retry: RetryPolicy(count: 1, intervalSeconds: 60, longestSeconds: 59))) == [
                "retry_max_interval"
            ]
        )
        #expect(paths(Policies(retry: RetryPolicy(count: 1, causes: []))) == ["retry_on"])
        for (policies, path) in [
            (Policies(queueLimit: 0), "queue_limit"), (Policies(queueLimit: 101), "queue_limit"),
            (Policies(startDeadlineSeconds: 0), "start_deadline_seconds"),
            (Policies(jitterMilliseconds: 3_600_001), "jitter_seconds"),
            (Policies(catchUpWindowMilliseconds: 9999), "catch_up_seconds"),
            (Policies(misfireThresholdMilliseconds: 999), "misfire_threshold_seconds"),
            (Policies(retry: RetryPolicy(backoffPermille: 999)), "retry_backoff"),
            (Policies(retry: RetryPolicy(jitterPercent: 101)), "retry_jitter"),
            (Policies(offline: .runFor), "offline_max_seconds"),
            (Policies(offline: .skip, offlineMaxSeconds: 60), "offline_max_seconds"),
            (Policies(offline: .runFor, offlineMaxSeconds: 59), "offline_max_seconds"),
        ] { #expect(paths(policies) == [path]) }
    }

    @Test("Limits hold at their edges (S1-FR-1.1)")
    func limits() {
        for (timeout, isFine) in [(9, false), (10, true), (3600, true), (604_800, true), (604_801, false)] {
            #expect(self.paths(self.draft(policies: Policies(timeoutSeconds: timeout))).isEmpty == isFine)
        }
        for (count, interval, isFine) in [
            (0, 1, true), (10, 3600, true), (11, 1, false), (1, 0, false), (1, 3601, false),
        ] {
            let retry = RetryPolicy(count: count, intervalSeconds: interval)
            #expect(self.paths(self.draft(policies: Policies(retry: retry))).isEmpty == isFine)
        }
        let limit = JobLimits.payloadBytes
        for (length, isFine) in [(limit, true), (limit + 1, false)] {
            let shell = ShellPayload(command: String(repeating: "x", count: length))
            #expect(self.paths(self.draft(payload: .shell(shell))).isEmpty == isFine)
        }
    }

    @Test(
        "Only plain http and https addresses are called (attack class 6)",
        arguments: [
            ("https://example.org/a?b=c", true), ("http://192.0.2.1:8080", true), ("ftp://example.org", false),
            ("file:///etc/passwd", false), ("gopher://x/", false), ("https://", false), ("example.org", false),
            ("https://user:pw@example.org", false), ("https://exa mple.org", false),
            ("https://example.org/\r\nX: y", false),
            ("https://example.org/#a", false), ("", false),
        ]
    )
    func addresses(url: String, isFine: Bool) {
        let paths = self.paths(self.draft(payload: .http(HTTPPayload(url: url))))
        #expect(paths.isEmpty == isFine)
        #expect(isFine || paths.contains("executor_config.url"))
    }

    @Test("What no process could be started with is not saved")
    func startable() {
        func shell(_ change: (inout ShellPayload) -> Void) -> [String] {
            var payload = ShellPayload(command: "true")
            change(&payload)
            return self.paths(self.draft(payload: .shell(payload)))
        }
        func variables(_ count: Int, _ bytes: Int) -> [String: String] {
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("V\($0)", String(repeating: "x", count: bytes)) })
        }
        #expect(shell { $0.environment = variables(15, JobLimits.variableBytes) }.isEmpty)
        #expect(shell { $0.environment = variables(16, JobLimits.variableBytes) } == ["executor_config.env"])
        #expect(shell { $0.environment = variables(257, 1) } == ["executor_config.env"])
        let part = String(repeating: "p", count: 255)
        #expect(shell { $0.workingDirectory = "/\(part)" }.isEmpty)
        #expect(shell { $0.workingDirectory = "/\(part)p" } == ["executor_config.work_dir"])
        #expect(shell { $0.interpreter = "/bin/\(part)p" } == ["executor_config.interpreter"])
    }

    @Test("How a script is started is checked: arguments of the interpreter, exit codes, umask and niceness")
    func starts() {
        func faults(_ change: (inout ShellPayload) -> Void) -> [String] {
            var payload = ShellPayload(command: "true")
            change(&payload)
            return self.paths(self.draft(payload: .shell(payload)))
        }
        #expect(
            faults {
                $0.interpreterArguments = ["-euo", "pipefail", "-c"]
                $0.successCodes = [0, 3, 255]
                $0.umask = 0o777
                $0.niceness = -20
            }.isEmpty
        )
        #expect(faults { $0.interpreterArguments = ["-c", "a\0b"] } == ["executor_config.interpreter_args[1]"])
        #expect(faults { $0.interpreterArguments = ["${secret:DB}"] } == ["executor_config.interpreter_args[0]"])
        let many = [String](repeating: "-x", count: JobLimits.interpreterArguments + 1)
        #expect(faults { $0.interpreterArguments = many } == ["executor_config.interpreter_args"])
        #expect(faults { $0.successCodes = [0, 256] } == ["executor_config.success_codes[1]"])
        #expect(faults { $0.successCodes = [-1] } == ["executor_config.success_codes[0]"])
        #expect(
            faults { $0.successCodes = Array(0...JobLimits.successCodes) } == ["executor_config.success_codes"]
        )
        for mask in [-1, 0o1000] { #expect(faults { $0.umask = mask } == ["executor_config.umask"]) }
        for user in ["", "33", "-x", "a b", "www-data:adm", String(repeating: "u", count: 33)] {
            #expect(faults { $0.runAs = user } == ["executor_config.run_as"], "\(user)")
        }
        #expect(faults { $0.runAs = "www-data" }.isEmpty)
        let both = faults {
            $0.runAs = "www-data"
            $0.usesScratchDirectory = true
        }
        #expect(both == ["executor_config.scratch_dir"])
        for slice in ["batch", "-.slice", "a--b.slice", "../x.slice", "x\n.slice"] {
            #expect(faults { $0.unit = .init(slice: slice) } == ["executor_config.unit.slice"], "\(slice)")
        }
        for text in ["", "two\nlines", String(repeating: "d", count: 257), "${secret:DB}"] {
            #expect(faults { $0.unit = .init(description: text) } == ["executor_config.unit.description"], "\(text)")
        }
        #expect(faults { $0.unit = .init(slice: "batch-nightly.slice", description: "d") }.isEmpty)
        for niceness in [-21, 20] { #expect(faults { $0.niceness = niceness } == ["executor_config.nice"]) }
    }

    @Test("A request of a schedule needs no parameter, because only a trigger brings any")
    func parametersOfSchedules() {
        func paths(_ http: HTTPPayload, _ schedule: ScheduleDraft) -> [String] {
            self.paths(self.draft(payload: .http(http), schedule: schedule))
        }
        let every = ScheduleDraft.every(milliseconds: 60_000)
        let asks = HTTPPayload(
            url: "https://example.org/{{where}}",
            method: "POST",
            headers: ["X": "{{ who }}"],
            body: "{{{{ .Alert }} for {{who}}"
        )
        #expect(paths(asks, .manual).isEmpty)
        let all = ["executor_config.body", "executor_config.headers.X", "executor_config.url"]
        #expect(paths(asks, every).sorted() == all)
        let shown = HTTPPayload(url: "http://x/", retryStatuses: [503, 99], clientCertificate: "../x")
        #expect(
            paths(shown, .manual).sorted() == [
                "executor_config.client_certificate", "executor_config.client_certificate",
                "executor_config.retry_statuses[1]",
            ]
        )
        #expect(paths(HTTPPayload(url: "https://x/", clientCertificate: "shop-1"), .manual).isEmpty)
        let literal = HTTPPayload(url: "https://example.org/", method: "POST", body: "{{{{ .Alert }} and {{ open")
        #expect(paths(literal, every).isEmpty)
    }

    @Test("SQL, plugin and built-in jobs are refused where the fault is")
    func workPayloads() {
        func faults(_ payload: Payload) -> [String] {
            self.paths(self.draft(payload: payload)).map { String($0.dropFirst("executor_config.".count)) }
        }
        func sql(_ connection: String, _ text: String = "SELECT $1", _ parameters: [String] = ["{{n}}"]) -> [String] {
            faults(.sql(SQLPayload(connection: connection, statements: [.init(text, parameters: parameters)])))
        }
        for fine in [
            "secret:DB", "postgres://u@db/x", "postgresql:///x?host=/run/pg", "sqlite:/srv/a.db",
            "postgres://u:${secret:P}@h/x",
        ] {
            #expect(sql(fine).isEmpty, "\(fine)")
        }
        for wrong in ["", "mysql://h/x", "sqlite:a.db", "host=h", "postgres://u:pw@h/x", "postgres://h/x?password=p"] {
            #expect(sql(wrong) == ["connection"], "\(wrong)")
        }
        for text in [
            "", " ; ", "-- x", "BEGIN", "/* x */ commit", "Rollback", "ATTACH 'x' AS y", "SELECT {{n}}",
            "SELECT '${secret:DB}'",
        ] {
            #expect(sql("secret:DB", text).first == "statements[0].sql", "\(text)")
        }
        #expect(sql("secret:DB", "SELECT '{{1,2},{3,4}}'::int[]").isEmpty)
        #expect(sql("secret:DB", "SELECT 1", ["a\0b"]) == ["statements[0].parameters[0]"])
        #expect(faults(.sql(SQLPayload(connection: "secret:DB", statements: []))) == ["statements"])
        for name in ["", "../x", "a/b", ".x", "a b"] {
            #expect(faults(.plugin(PluginPayload(name: name))) == ["plugin"], "\(name)")
        }
        #expect(faults(.plugin(PluginPayload(name: "p", parameters: ["1a": ""]))) == ["parameters.1a"])
        for path in ["/", "/../etc", "logs", "/./"] {
            #expect(!faults(.builtin(.cleanFiles(.init(path: path, olderThanDays: 1)))).isEmpty, "\(path)")
        }
        #expect(
            faults(.builtin(.cleanFiles(.init(path: "/var/x", olderThanDays: -1, pattern: "a/b")))) == [
                "older_than_days", "pattern",
            ]
        )
        #expect(faults(.builtin(.checkTCP(.init(host: "169.254.169.254", port: 0)))) == ["host", "port"])
        #expect(faults(.builtin(.checkHTTP(.init(url: "http://u:p@h/")))) == ["url"])
        #expect(faults(.builtin(.checkDisk(.init(path: "/", leastFreePercent: 101)))) == ["min_free_percent"])
        #expect(faults(.shell(ShellPayload(command: "x", limits: ["files": 1]))) == ["limits.files"])
        let together: [String: Int64] = ["total_memory_bytes": 64 << 20, "total_processes": 20, "cpu_percent": 150]
        #expect(faults(.shell(ShellPayload(command: "x", limits: together))).isEmpty)
        let few: [String: Int64] = ["total_memory_bytes": 4096, "total_processes": 0, "cpu_percent": 0]
        let names = ["limits.cpu_percent", "limits.total_memory_bytes", "limits.total_processes"]
        #expect(faults(.shell(ShellPayload(command: "x", limits: few))) == names)
        // They end with the job; what it leaves has none.
        #expect(faults(.shell(ShellPayload(command: "x", leavesProcesses: true, limits: together))) == names)
        let scheduled = self.paths(
            self.draft(
                payload: .sql(
                    SQLPayload(connection: "secret:DB", statements: [.init("SELECT $1", parameters: ["{{n}}"])])
                ),
                schedule: .every(milliseconds: 60_000)
            )
        )
        #expect(scheduled == ["executor_config.statements[0].parameters[0]"])
    }

    @Test("Headers cannot break the message they are in")
    func headers() {
        let fine = HTTPPayload(url: "https://example.org", headers: ["X-Token": "a\tb", "Accept": "*/*"])
        #expect(self.paths(self.draft(payload: .http(fine))).isEmpty)
        for (name, value) in [
            ("X", "a\r\nY: b"), ("X Y", "a"), ("", "a"), ("X\n", "a"), ("Host", "a"), ("Transfer-Encoding", "chunked"),
        ] {
            let http = HTTPPayload(url: "https://example.org", headers: [name: value])
            #expect(self.paths(self.draft(payload: .http(http))) == ["executor_config.headers.\(name)"], "\(name)")
        }
    }

    @Test(
        "Five hundred texts as values and names of headers, and as addresses: taken as they are, or refused (attack class 7)"
    )
    func injectedRequests() {
        #expect(InjectionPayloads.all.count >= 500)
        func isAccepted(_ url: String, _ headers: [String: String]) -> Bool {
            self.paths(self.draft(payload: .http(HTTPPayload(url: url, headers: headers)))).isEmpty
        }
        for payload in InjectionPayloads.all {
            let isText = payload.unicodeScalars.allSatisfy { $0 == "\t" || $0.value >= 0x20 && $0.value != 0x7f }
            if isAccepted("https://example.org", ["X-Text": payload]) { #expect(isText, "\(payload.debugDescription)") }
            let isToken = payload.utf8.allSatisfy {
                (0x21...0x7e).contains($0) && !"()<>@,;:\\\"/[]?={}".utf8.contains($0)
            }
            if isAccepted("https://example.org", [payload: "x"]) { #expect(isToken, "\(payload.debugDescription)") }
            if isAccepted(payload, [:]) { #expect(payload.hasPrefix("http"), "\(payload.debugDescription)") }
        }
    }

    @Test("A cron schedule has to have a time to come, in a zone that exists")
    func schedules() {
        func cron(_ text: String, _ zone: String = "UTC") -> [String] {
            self.paths(self.draft(schedule: .cron(text: text, timeZone: zone, dst: .debian)))
        }
        #expect(cron("*/5 * * * *").isEmpty)
        #expect(cron("@reboot").isEmpty)
        #expect(cron("0 0 30 2 *") == ["cron_expr"])
        #expect(cron("0 0 0 1 1 * 2020") == ["cron_expr"])
        #expect(cron("nonsense") == ["cron_expr"])
        #expect(cron("0 0 * * *", "Mars/Base") == ["timezone"])
        #expect(self.paths(self.draft(schedule: .every(milliseconds: 999))) == ["every_seconds"])
    }

    @Test("A job whose only time is over can still be edited, but not be given a past time")
    func once() {
        let past = Self.now.advanced(byMilliseconds: -1)
        #expect(self.paths(self.draft(schedule: .once(past))) == ["once_at"])
        #expect(self.paths(self.draft(schedule: .once(past)), previous: .once(past)).isEmpty)
    }

    @Test("The anchor of a period stays when the period does")
    func anchor() {
        let anchor = Self.now.advanced(byMilliseconds: -12_345)
        let previous = ScheduleSpec.every(periodMilliseconds: 60_000, anchor: anchor)
        var validator = self.validator(previous: previous)
        let same = validator.validate(self.draft(schedule: .every(milliseconds: 60_000)))
        #expect(same?.0.schedule == previous)
        let other = validator.validate(self.draft(schedule: .every(milliseconds: 30_000)))
        #expect(other?.0.schedule == .every(periodMilliseconds: 30_000, anchor: Self.now))
    }
}
