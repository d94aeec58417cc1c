// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Reading crontabs for import")
struct CrontabParserTests {
    @Test("Debian's /etc/crontab is read with its users")
    func debianSystem() {
        let crontab = CrontabParser.parse(
            """
            # /etc/crontab: system-wide crontab
            # Unlike any other crontab you don't have to run the `crontab'
            # command to install the new version when you edit this file.

            SHELL=/bin/sh
            # You can also override PATH, but by default, newer versions inherit it from the environment
            #PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

            # Example of job definition:
            # .---------------- minute (0 - 59)
            # |  .------------- hour (0 - 23)
            # *  *  *  *  * user-name command to be executed
            17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
            25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
            47 6\t* * 7\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
            52 6\t1 * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
            #

            """,
            form: .automatic
        )
        #expect(crontab.form == .system)
        #expect(crontab.problems.isEmpty)
        #expect(crontab.entries.allSatisfy { $0.shell == "/bin/sh" && $0.background == nil })
        #expect(crontab.entries.map(\.line) == [13, 14, 15, 16])
        #expect(crontab.entries.map(\.expression) == ["17 * * * *", "25 6 * * *", "47 6 * * 7", "52 6 1 * *"])
        #expect(
            crontab.entries.allSatisfy { $0.user == "root" && $0.value(of: "SHELL") == "/bin/sh" && $0.zone == nil }
        )
        #expect(crontab.entries[0].command == "cd / && run-parts --report /etc/cron.hourly")
    }

    @Test("A file of /etc/cron.d is read, with its comment at the end of a command kept")
    func cronD() {
        let crontab = CrontabParser.parse(
            """
            SHELL=/bin/sh
            PATH="/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin"

            0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && certbot -q renew # twice a day
            09,39 * * * *     root   [ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean
            @reboot www-data:adm /srv/app/warm-up

            """,
            form: .automatic
        )
        #expect(crontab.form == .system)
        #expect(crontab.entries.map(\.expression) == ["0 */12 * * *", "9,39 * * * *", "@reboot"])
        #expect(crontab.entries.map(\.user) == ["root", "root", "www-data"])
        #expect(crontab.entries[0].command.hasSuffix("# twice a day"))
        #expect(crontab.entries[0].value(of: "PATH") == "/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin")
        #expect(crontab.problems.map(\.line) == [6])
        #expect(!crontab.hasErrors)
    }

    @Test("A user's crontab is read without users; variables hold for the lines below them")
    func userCrontab() {
        let crontab = CrontabParser.parse(
            """
            # m h  dom mon dow   command
            MAILTO=ops@example.org
            */5 * * * * /home/me/bin/poll
            CRON_TZ=Asia/Shanghai
            GREETING = 'hello  '
            10 3 * * mon-fri  backup --all
            CRON_TZ=
            GREETING=bye
            @Daily /home/me/bin/daily

            """,
            form: .automatic
        )
        #expect(crontab.form == .user)
        #expect(crontab.entries.map(\.expression) == ["*/5 * * * *", "10 3 * * MON-FRI", "@daily"])
        #expect(crontab.entries.map(\.zone) == [nil, "Asia/Shanghai", nil])
        #expect(crontab.entries.map { $0.value(of: "GREETING") } == [nil, "hello  ", "bye"])
        #expect(crontab.entries.allSatisfy { $0.user == nil && $0.value(of: "CRON_TZ") == nil })
        #expect(crontab.entries[1].environment.map(\.name) == ["GREETING"])
        #expect(
            crontab.problems.map(\.description) == [
                "line 2: warning: MAILTO: failures, not all output, are told to ops@example.org by the server's e-mail channel",
                "line 4: warning: the lines below fire by the time of Asia/Shanghai, as cronie does it; "
                    + "Debian's cron ignores CRON_TZ",
            ]
        )
    }

    @Test(
        "Percent signs end the command, and backslashes keep them",
        arguments: [
            ("date +\\%Y-\\%m-\\%d > /tmp/x", "date +%Y-%m-%d > /tmp/x", nil),
            ("mail -s hi joe%Dear Joe,%%Bye%", "mail -s hi joe", "Dear Joe,\n\nBye\n"),
            ("cat%one\\%two", "cat", "one%two\n"),
            ("echo a\\b \"c\\\"d\"", "echo a\\b \"c\\\"d\"", nil),
            ("echo 100\\%%x", "echo 100%", "x\n"), ("cat%a\\\\%b%c\\%d", "cat", "a\\%b\nc%d\n"),
        ] as [(String, String, String?)]
    )
    func percent(text: String, command: String, input: String?) throws {
        let crontab = CrontabParser.parse("0 3 * * * \(text)\n", form: .user)
        let entry = try #require(crontab.entries.first)
        #expect(entry.command == command)
        #expect(entry.standardInput == input)
        #expect(crontab.problems.count == (input == nil ? 0 : 1))
    }

    @Test(
        "A line that is not understood is answered with its number and what is wrong",
        arguments: [
            ("0 25 * * * x", CrontabForm.user, "hour"), ("0 3 * * x", .user, "day of week"),
            ("0 3 * * *", .user, "no command"),
            ("0 3 * * * root", .system, "no command after the user"), ("0 3 * * * /bin/true x", .system, "user name"),
            ("@fortnightly x", .user, "@fortnightly"), ("@daily", .user, "no command"), ("hello", .user, "neither"),
            ("0 3 30 2 * x", .user, "2199"), ("1 5 cron.daily", .user, "neither"), ("*/0 * * * * x", .user, "step"),
            ("0 3 * * * %input only", .user, "no command"), ("CRON_TZ=../x", .user, "time zone"),
        ] as [(String, CrontabForm, String)]
    )
    func errors(line: String, form: CrontabForm, word: String) {
        let next = "0 4 * * * \(form == .system ? "root " : "")/bin/true"
        let crontab = CrontabParser.parse("# one\n\n\(line)\n\(next)\n", form: form)
        #expect(crontab.problems.map(\.line) == [3])
        #expect(
            crontab.problems.allSatisfy { $0.severity == .error && $0.message.contains(word) },
            "\(crontab.problems)"
        )
        #expect(crontab.entries.map(\.line) == [4])
    }

    @Test(
        "What other crons write is converted, with a warning",
        arguments: [
            ("-*/15 * * * * /bin/x", "*/15 * * * *"), ("0~59 3 * * * /bin/x", "H(0-59) 3 * * *"),
            ("~ 2~5 * * * /bin/x", "H H(2-5) * * *"),
            ("30~ 1 * * * /bin/x", "H(30-59) 1 * * *"), ("0~20/5 * * * * /bin/x", "H(0-20)/5 * * * *"),
        ]
    )
    func dialects(line: String, expression: String) {
        let crontab = CrontabParser.parse(line + "\n", form: .user)
        #expect(crontab.entries.map(\.expression) == [expression])
        #expect(crontab.problems.map(\.severity) == [.warning])
    }

    @Test("FreeBSD's macros are converted")
    func freeBSD() {
        let crontab = CrontabParser.parse("@every_minute a\n@every_second b\n", form: .user)
        #expect(crontab.entries.map(\.expression) == ["* * * * *", "* * * * * *"])
    }

    @Test(
        "Odd files are read, and what is odd is said",
        arguments: [
            ("0 3 * * * /bin/x\r\n0 4 * * * /bin/y\r\n", 2, [1]), ("\u{feff}0 3 * * * /bin/x\n", 1, []),
            ("0 3 * * * /bin/x", 1, [1]),
            ("\n\n  \t\n", 0, []), ("", 0, []), ("0 3 * * * /bin/x \\\n", 1, [1]), ("PATH=$PATH:/opt\n", 0, [1]),
            ("TZ=UTC\n", 0, [1]),
            ("   # indented\n\t0 3 * * * /bin/x\n", 1, []),
        ] as [(String, Int, [Int])]
    )
    func oddities(text: String, entries: Int, problems: [Int]) {
        let crontab = CrontabParser.parse(text, form: .automatic)
        #expect(crontab.entries.count == entries)
        #expect(crontab.problems.map(\.line) == problems)
        #expect(!crontab.hasErrors)
        #expect(crontab.entries.allSatisfy { !$0.command.contains("\r") })
    }

    @Test(
        "The form is found out where something tells, and doubt is said",
        arguments: [
            ("0 3 * * * root /bin/x\n", CrontabForm.system, 0), ("0 3 * * * deploy /bin/x\n", .user, 1),
            ("0 3 * * * /bin/x y\n", .user, 0),
            ("0 3 * * * echo hi\n", .user, 0),
            ("# m h dom mon dow user command\n0 3 * * * deploy /bin/x\n", .system, 0),
            ("0 3 * * * deploy /bin/x\n0 4 * * * postgres pg_dump x\n", .system, 0), ("0 3 * * * backup\n", .user, 0),
            ("0 3 * * * root /bin/x\n0 4 * * * /bin/y\n", .user, 1),
        ] as [(String, CrontabForm, Int)]
    )
    func form(text: String, form: CrontabForm, problems: Int) {
        let crontab = CrontabParser.parse(text, form: .automatic)
        #expect(crontab.form == form)
        #expect(crontab.problems.count == problems)
    }

    @Test("A file beyond all measure is refused")
    func size() {
        let crontab = CrontabParser.parse(
            String(repeating: "#", count: CrontabParser.maximalLength + 1),
            form: .automatic
        )
        #expect(crontab.hasErrors && crontab.entries.isEmpty)
    }
}
