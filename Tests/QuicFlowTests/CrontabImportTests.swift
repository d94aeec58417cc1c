// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import quicflow

@Suite struct CrontabImportTests {
    private func tasks(_ text: String, form: CrontabForm = .user) -> [ImportedTask] {
        var plan = CrontabImport(namePrefix: "web1-", timeZone: "Europe/Berlin")
        plan.add(Array(text.utf8), file: "crontab", form: form)
        return plan.tasks
    }

    @Test(
        "a line is named for the program it is about",
        arguments: [
            ("/usr/local/bin/poll --quick", "poll"),
            ("test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily", "run-parts"),
            ("test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }", "run-parts"),
            ("cd / && run-parts --report /etc/cron.hourly", "run-parts"),
            ("SERVICE_MODE=1 /sbin/e2scrub_all -A -r", "e2scrub_all"),
            ("nice -n 19 flock -n /run/lock/x.lock /opt/app/bin/sync.sh >/dev/null 2>&1", "sync.sh"),
            ("python3 /srv/report.py | mail ops", "report.py"),
            ("[ -d /tmp ]", "["),
        ]
    )
    func name(command: String, expected: String) {
        #expect(CrontabTaskName.of(command) == expected)
    }

    @Test(
        "an imported job has the largest limit, none, or the one that was said, and the import says which (issue 6)",
        arguments: [
            (ImportedTask.timeoutSeconds, "a run longer than 7 days is ended; cron had no limit"),
            (0, "runs have no time limit, as under cron"),
            (21_600, "a run longer than 21600 s is ended; cron had no limit"),
        ]
    )
    func limit(seconds: Int, note: String) {
        var plan = CrontabImport(namePrefix: "", timeZone: "UTC", timeout: seconds)
        plan.add(Array("0 1 * * * backup\n".utf8), file: "crontab", form: .user)
        #expect(plan.tasks.map { $0.body["timeout"].integer } == [Int64(seconds)])
        #expect(plan.notes.first?.english == note)
    }

    @Test("two lines about one program get two names")
    func names() {
        #expect(self.tasks("0 1 * * * backup a\n0 2 * * * backup b\n").map(\.name) == ["web1-backup", "web1-backup-2"])
    }

    @Test("variables above a line become its environment, its directory and its zone")
    func environment() throws {
        let text = "LEVEL=3\nHOME=/srv/app\nMAILTO=x@y\nCRON_TZ=Asia/Tokyo\n0 1 * * * run\nCRON_TZ=\n0 2 * * * run\n"
        let tasks = self.tasks(text)
        try #require(tasks.count == 2)
        #expect(
            tasks[0].environment == ["LEVEL": "3", "HOME": "/srv/app", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"]
        )
        #expect(tasks[0].workDirectory == "/srv/app")
        #expect(tasks.map(\.timeZone) == ["Asia/Tokyo", "Europe/Berlin"])
    }

    @Test("what follows a percent sign is read by the command, whatever is in it")
    func input() throws {
        let task = try #require(self.tasks("0 1 * * * cat%one%INPUT\n").first)
        #expect(task.command == "{\ncat\n} <<'INPUT_'\none\nINPUT\nINPUT_")
    }

    @Test("a line is run by the shell that cron would have taken")
    func shell() throws {
        let task = try #require(self.tasks("SHELL=/usr/bin/zsh\n0 1 * * * echo 'a'\n").first)
        #expect(task.shell == "/usr/bin/zsh" && task.environment["SHELL"] == "/usr/bin/zsh")
        #expect(try #require(self.tasks("0 1 * * * echo a\n").first).shell == "/bin/sh")
    }

    @Test("the user of the system form is named, not obeyed")
    func user() throws {
        let task = try #require(self.tasks("0 1 * * * root /sbin/e2scrub_all\n", form: .system).first)
        #expect(task.user == "root" && task.command == "/sbin/e2scrub_all")
        #expect(task.body["description"].string?.contains("user root") == true)
        #expect(task.body["group_ids"].isNull)
        #expect(task.isEnabled && task.body["status"].isNull)
    }

    @Test("a line of another user runs as that user, which is said")
    func runAs() throws {
        let tasks = self.tasks("0 1 * * * root /bin/a\n0 2 * * * www-data /bin/b\n", form: .system)
        #expect(tasks.map(\.runAs) == [nil, "www-data"] && tasks.allSatisfy(\.isEnabled))
        #expect(tasks.map { $0.body["executor_config"]["run_as"].string } == [nil, "www-data"])
    }

    @Test("MAILTO becomes a notification of failures for the lines below it")
    func mail() throws {
        let text = "MAILTO=a@example.org,root\n0 1 * * * a\nMAILTO=root\n0 2 * * * b\nMAILTO=\n0 3 * * * c\n"
        let tasks = self.tasks(text)
        #expect(tasks.map(\.mailTo) == [["a@example.org"], [], []])
        let rule = try #require(tasks[0].body["task_notify"].array.first)
        #expect(rule["channels"].array.first?["recipients"].array.compactMap(\.string) == ["a@example.org"])
        #expect(rule["triggers"].array.compactMap(\.string).contains("timeout"))
        #expect(tasks[1].body["task_notify"].isNull)
    }

    @Test("where the agents are not root, a line of another user is made disabled, and that is said")
    func otherUser() throws {
        var plan = CrontabImport(namePrefix: "", timeZone: "UTC", agentUser: "deploy")
        plan.add(
            Array("0 1 * * * root /bin/a\n0 2 * * * deploy /bin/b\n".utf8),
            file: "/etc/cron.d/x",
            form: .system
        )
        #expect(plan.tasks.map(\.isEnabled) == [false, true])
        #expect(plan.tasks.map { $0.body["status"].integer } == [0, nil])
        #expect(plan.remarks.map(\.line) == [1])
        #expect(plan.remarks[0].message.contains("made disabled"))
    }
}
