// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import quicflow

@Suite("Jobs of other schedulers, and what is said of them")
struct ForeignImportTests {
    private func plan(_ format: ImportFormat, _ files: [String: String]) -> ForeignImport {
        var plan = ForeignImport(format: format, namePrefix: "", timeZone: "Europe/Berlin")
        plan.add(files.sorted { $0.key < $1.key }.map { ImportFile(name: $0.key, bytes: Array($0.value.utf8)) })
        return plan
    }

    private func words(_ plan: ForeignImport) -> [String] {
        plan.remarks.map { "\($0.file):\($0.line) \($0.severity.rawValue) \($0.message)" }
    }

    // MARK: systemd

    private static let timer = """
        [Unit]
        Description=Back-up

        [Timer]
        OnCalendar=Mon..Fri 02:30
        RandomizedDelaySec=5min
        Persistent=true
        WakeSystem=yes
        """
    private static let service = """
        [Unit]
        Description=Nightly back-up
        [Service]
        Type=oneshot
        User=backup
        # A comment
        Environment=A=1 "B=two words"
        ExecStartPre=/usr/bin/test -d /srv
        ExecStart=-/usr/bin/backup --to "${TARGET} x" \\
            --name 'it''s' %n $OPTS
        TimeoutStartSec=1h 30min
        SuccessExitStatus=3 SIGKILL
        ProtectSystem=strict
        EnvironmentFile=-/etc/default/backup
        """

    @Test("A timer and its service are one task; what is left out is said with its line")
    func timer() throws {
        let plan = self.plan(.systemd, ["b.service": Self.service, "b.timer": Self.timer])
        let task = try #require(plan.tasks.first)
        #expect(plan.tasks.count == 1)
        #expect(task.name == "b")
        #expect(task.schedule == .cron("30 2 * * 1-5", zone: nil))
        #expect(
            task.command
                == "set -f\n/usr/bin/test -d /srv &&\n"
                + "{ /usr/bin/backup --to \"${TARGET} x\" --name its b.service $OPTS || true; }"
        )
        #expect(task.environment == ["A": "1", "B": "two words"])
        #expect(task.timeout == 5400)
        #expect(task.jitter == 300)
        #expect(task.misfire == "fire_once")
        #expect(task.successCodes == [0, 3])
        #expect(task.isEnabled && task.runAs == "backup")
        let words = self.words(plan)
        #expect(words.contains("b.timer:8 warning WakeSystem= is left out"))
        #expect(words.contains("b.service:13 warning ProtectSystem= is left out"))
        #expect(
            words.contains {
                $0.hasPrefix("b.service:14 warning EnvironmentFile= is left out; write '. /etc/default/backup'")
            }
        )
        #expect(words.contains { $0.contains("names of signals") })
        #expect(words.contains { $0.contains("runs as backup, by run_as") })
        #expect(!plan.hasErrors)
    }

    @Test(
        "Times of systemd are cron's, or it is said why not",
        arguments: [
            ("daily", "0 0 * * *"), ("*-*-* 04:00:00", "0 4 * * *"), ("*:0/15", "0,15,30,45 * * * *"),
            ("Sat,Sun *-*-1..7 18:00", "0 18 * * 0#1,6#1"), ("*-*-01 03:00:30", "30 0 3 1 * *"),
            ("*-*~01 12:00", "0 12 L * *"), ("Fri..Mon 09:00", "0 9 * * 0,1,5,6"), ("2026-12-24 10:00", nil as String?),
            ("Mon *-*-13 00:00", nil), ("nonsense", nil), ("*-*-* 25:00", nil),
        ]
    )
    func calendar(text: String, expected: String?) {
        #expect((try? SystemdCalendar(text))?.expression == expected)
    }

    @Test("Spans of time, and periods from start to start and from end to start")
    func spans() throws {
        #expect(SystemdSpan.seconds("1h 30min 500ms") == 5401)
        #expect(SystemdSpan.seconds("90") == 90)
        #expect(SystemdSpan.seconds("infinity") == nil)
        let service = "[Service]\nExecStart=/bin/true\n"
        for (line, expected) in [
            ("OnUnitActiveSec=15min\nOnBootSec=1min", ForeignTask.Schedule.every(900)),
            ("OnUnitInactiveSec=10", .delay(10)),
            ("OnBootSec=0", .cron("@reboot", zone: nil)),
        ] {
            let plan = self.plan(.systemd, ["a.service": service, "a.timer": "[Timer]\n\(line)\n"])
            #expect(plan.tasks.map(\.schedule) == [expected], "\(self.words(plan))")
        }
        let none = self.plan(.systemd, ["a.timer": "[Timer]\nOnCalendar=daily\n"])
        #expect(self.words(none) == ["a.timer:1 error its unit a.service is not among the files; add it"])
    }

    // MARK: Kubernetes

    @Test("A CronJob's command runs on hosts, and its image is not used")
    func cronJob() throws {
        let yaml = """
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: report, namespace: prod}
            spec:
              schedule: "*/5 * * * *"
              timeZone: Asia/Shanghai
              concurrencyPolicy: Replace
              suspend: true
              startingDeadlineSeconds: 60
              jobTemplate:
                spec:
                  backoffLimit: 2
                  activeDeadlineSeconds: 600
                  template:
                    spec:
                      restartPolicy: OnFailure
                      volumes: []
                      containers:
                        - name: c
                          image: example/report:1
                          command: [/bin/report, "--for=it's"]
                          args: [$(WHO)]
                          env:
                            - {name: WHO, value: ops}
                            - name: KEY
                              valueFrom: {secretKeyRef: {name: keys, key: k}}
            ---
            kind: Deployment
            """
        let plan = self.plan(.kubernetes, ["j.yaml": yaml])
        let task = try #require(plan.tasks.first)
        #expect(task.schedule == .cron("*/5 * * * *", zone: "Asia/Shanghai"))
        #expect(task.command == #"/bin/report '--for=it'\''s' "${WHO}""#)
        #expect(task.environment == ["WHO": "ops"])
        #expect(task.overlap == .cancelPrevious)
        #expect(!task.isEnabled)
        #expect((task.retries, task.timeout, task.startDeadline) == (2, 600, 60))
        let words = self.words(plan)
        #expect(words.contains("j.yaml:17 warning volumes of the pod is left out"))
        #expect(words.contains { $0.hasPrefix("j.yaml:20 warning image example/report:1 is not used") })
        #expect(words.contains { $0.contains("write secret:NAME") })
        #expect(words.contains { $0.contains("Deployment is no CronJob") })
    }

    @Test("What has no command of its own can't be a task")
    func imageOnly() {
        let yaml = """
            kind: CronJob
            metadata: {name: a}
            spec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {containers: [{image: x}]}}}}}
            """
        let plan = self.plan(.kubernetes, ["j.yaml": yaml])
        #expect(plan.tasks.isEmpty)
        #expect(
            self.words(plan) == [
                "j.yaml:3 error 'a' runs what its image says; write the command that is to run on a host"
            ]
        )
    }

    // MARK: XXL-JOB

    @Test(
        "Quartz counts weekdays from 1 on Sunday",
        arguments: [
            ("0 0 2 * * ?", "0 2 * * *"), ("0 0/5 * ? * 2-6", "0/5 * * * MON-FRI"), ("0 0 9 ? * 1", "0 9 * * SUN"),
            ("0 0 9 ? * 6#3", "0 9 * * FRI#3"), ("0 0 9 ? * 6L", "0 9 * * FRIL"), ("0 0 9 L * ? *", "0 9 L * *"),
            ("15 0 9 * * ? 2030", "15 0 9 * * * 2030"), ("0 0 9 * *", nil as String?), ("0 0 9 ? * 8", nil),
        ]
    )
    func quartz(text: String, expected: String?) { #expect(QuartzCron.translated(text) == expected) }

    private static let dump = """
        -- MySQL dump
        CREATE TABLE `xxl_job_info` (
          `id` int(11) NOT NULL AUTO_INCREMENT,
          `job_desc` varchar(255) NOT NULL,
          `schedule_type` varchar(50) NOT NULL DEFAULT 'NONE',
          `schedule_conf` varchar(128) DEFAULT NULL,
          `glue_type` varchar(50) NOT NULL, `glue_source` mediumtext, `executor_param` varchar(512),
          `executor_handler` varchar(255), `trigger_status` tinyint(4) NOT NULL DEFAULT '0',
          PRIMARY KEY (`id`)
        ) ENGINE=InnoDB;
        INSERT INTO `other` VALUES (1,'it''s; not this');
        INSERT INTO `xxl_job_info` VALUES (1,'清理','CRON','0 0 2 * * ?','GLUE_SHELL','#!/bin/bash\\necho \\'hi\\' $1','a b',NULL,1),
        (2,'bean','FIX_RATE','30','BEAN','',NULL,'demoJobHandler',1),
        (3,'odd','CRON','nonsense','GLUE_PYTHON','print(1)',NULL,NULL,0);
        """

    @Test("A dump of xxl_job_info becomes tasks of its scripts; code of Java executors is refused with its line")
    func xxlJobDump() throws {
        let plan = self.plan(.xxlJob, ["x.sql": Self.dump])
        #expect(plan.tasks.map(\.name) == ["清理"])
        let task = try #require(plan.tasks.first)
        #expect(task.command == "set -- 'a b' 0 1\n#!/bin/bash\necho 'hi' $1")
        #expect(task.schedule == .cron("0 2 * * *", zone: nil))
        #expect(task.isEnabled)
        #expect(task.overlap == .queue)
        let words = self.words(plan)
        #expect(
            words.contains {
                $0.hasPrefix("x.sql:13 error 'bean' is code of a Java executor (the handler 'demoJobHandler')")
            }
        )
        #expect(words.contains { $0.hasPrefix("x.sql:14 error 'odd': 'nonsense' is no Quartz expression") })
    }

    @Test("What was broadcast goes to each host with its number; a fixed delay leaves no room for numbers")
    func xxlJobBroadcast() throws {
        let csv = #"""
            id,job_desc,schedule_type,schedule_conf,glue_type,glue_source,executor_route_strategy,trigger_status
            1,parts,CRON,0 0 2 * * ?,GLUE_SHELL,echo $2 of $3,SHARDING_BROADCAST,1
            2,later,FIX_DELAY,30,GLUE_SHELL,echo $2 of $3,SHARDING_BROADCAST,1
            """#
        let plan = self.plan(.xxlJob, ["x.csv": csv])
        let parts = try #require(plan.tasks.first)
        let numbers = "\"$QF_SHARD_INDEX\" \"$QF_SHARD_TOTAL\""
        #expect(parts.isBroadcast && parts.command == "set -- '' \(numbers)\necho $2 of $3")
        #expect(parts.body["placement"]["kind"].string == "broadcast")
        let later = try #require(plan.tasks.last)
        #expect(!later.isBroadcast && later.command == "set -- '' 0 1\necho $2 of $3")
        let words = self.words(plan)
        #expect(!words.contains { $0.contains("'parts'") }, "\(words)")
        #expect(words.contains { $0.contains("'later': shards are not numbered") }, "\(words)")
    }

    @Test("So does a CSV with the names of its columns")
    func xxlJobCSV() throws {
        let csv = #"""
            id,job_desc,schedule_type,schedule_conf,glue_type,glue_source,executor_block_strategy,executor_route_strategy,trigger_status
            1,"a ""b""",FIX_RATE,30,GLUE_SHELL,"echo 1
            echo 2",DISCARD_LATER,ROUND,1
            2,short
            """#
        let plan = self.plan(.xxlJob, ["x.csv": csv])
        let task = try #require(plan.tasks.first)
        #expect(task.name == #"a "b""#)
        #expect(task.command == "echo 1\necho 2")
        #expect(task.schedule == .every(30))
        #expect(task.overlap == .skip)
        let words = self.words(plan)
        #expect(words.contains { $0.hasPrefix("x.csv:2 warning") && $0.contains("'ROUND' chose one executor") })
        #expect(words.contains { $0.hasPrefix("x.csv:4 error it has 2 fields") })
    }

    // MARK: Cronicle and dkron

    @Test("Cronicle's events keep their timing, limits and scripts")
    func cronicle() throws {
        let json = #"""
            {"code": 0, "rows": [
              {"id": "e1", "title": "Report", "enabled": 1, "category": "general", "plugin": "shellplug", "target": "all",
               "timing": {"hours": [9, 10, 11], "minutes": [0, 30], "weekdays": [1, 2, 3, 4, 5]}, "timezone": "America/New_York",
               "params": {"script": "#!/usr/bin/env python3\nprint({})"}, "timeout": 3600, "retries": 2, "retry_delay": 30,
               "max_children": 1, "queue": 1, "queue_max": 5, "catch_up": 1, "multiplex": 1, "notify_fail": "a@example.com"},
              {"title": "Hook", "enabled": 0, "plugin": "urlplug", "multiplex": 1,
               "params": {"method": "POST", "url": "https://example.com/", "headers": "A: b\nC: d", "data": "{}"}},
              {"title": "Both", "plugin": "shellplug", "timing": {"days": [13], "weekdays": [5], "hours": [0], "minutes": [0]},
               "params": {"script": "true"}},
              {"title": "Own", "plugin": "myplug", "params": {}}
            ]}
            """#
        let plan = self.plan(.cronicle, ["c.json": json])
        #expect(plan.tasks.map(\.name) == ["Report", "Hook"])
        let report = try #require(plan.tasks.first)
        #expect(report.schedule == .cron("0,30 9-11 * * 1-5", zone: "America/New_York"))
        #expect(report.runner == "/usr/bin/env")
        #expect((report.timeout, report.retries, report.retryInterval, report.queueLimit) == (3600, 2, 30, 5))
        #expect((report.overlap, report.misfire) == (.queue, "fire_all"))
        let headers = ["A": "b", "C": "d"]
        #expect(
            plan.tasks.last?.run
                == .http(method: "POST", url: "https://example.com/", headers: headers, body: "{}", expected: [])
        )
        #expect(plan.tasks.last?.schedule == .manual)
        let words = self.words(plan)
        #expect(words.contains { $0.hasPrefix("c.json:2 warning 'Report': notify_fail is left out") })
        #expect(
            words.contains { $0.hasPrefix("c.json:8 error 'Both': it wants a day of the month and a weekday at once") }
        )
        #expect(words.contains { $0.hasPrefix("c.json:10 error 'Own' runs the plugin 'myplug'") })
    }

    @Test("An export of Cronicle is read by its lines")
    func cronicleExport() {
        let text = """
            # Cronicle Data Export v1.0
            global/users - {"page_size":100,"type":"list"}
            global/schedule/0 - {"type":"list_page","items":[{"title":"A","plugin":"shellplug","multiplex":1,"params":{"script":"true"}}]}
            """
        let plan = self.plan(.cronicle, ["e.txt": text])
        #expect(plan.tasks.map(\.name) == ["A"])
        #expect(plan.tasks.map(\.line) == [3])
    }

    @Test("dkron's jobs keep schedule, environment and retries")
    func dkron() throws {
        let json = #"""
            [
              {"name": "a", "schedule": "0 */5 * * * *", "timezone": "UTC", "executor": "shell", "disabled": false,
               "executor_config": {"command": "date", "env": "A=1,B=2", "cwd": "/srv", "timeout": "1m30s", "shell": "true"},
               "retries": 3, "concurrency": "forbid", "tags": {"role": "web"}, "parent_job": "b"},
              {"name": "c", "schedule": "@every 1h30m", "executor": "http",
               "executor_config": {"method": "get", "url": "https://example.com/", "headers": "[\"A: b\"]", "expectCode": "200, 204"}},
              {"name": "d", "schedule": "@at 2030-01-01T00:00:00Z", "executor": "shell", "executor_config": {"command": "a | b"}},
              {"name": "e", "schedule": "@daily", "executor": "nats", "executor_config": {}},
              {"name": "f", "schedule": "99 * * * *", "executor": "shell", "executor_config": {"command": "true"}}
            ]
            """#
        let plan = self.plan(.dkron, ["d.json": json])
        #expect(plan.tasks.map(\.name) == ["a", "c", "d"])
        let task = try #require(plan.tasks.first)
        #expect(task.schedule == .cron("*/5 * * * *", zone: "UTC"))
        #expect(task.environment == ["A": "1", "B": "2"])
        #expect((task.workDirectory, task.timeout, task.retries) == ("/srv", 90, 3))
        #expect(plan.tasks[1].schedule == .every(5400))
        #expect(plan.tasks[2].schedule == .once("2030-01-01T00:00:00Z"))
        let words = self.words(plan)
        #expect(
            words.contains { $0.hasPrefix("d.json:2 warning 'a': parent_job is left out; make a dependency on 'b'") }
        )
        #expect(words.contains { $0.hasPrefix("d.json:7 warning 'd' ran without a shell") })
        #expect(words.contains { $0.hasPrefix("d.json:8 error 'e' runs by the executor 'nats'") })
        #expect(words.contains { $0.hasPrefix("d.json:9 error 'f': its schedule '99 * * * *'") })
    }

    @Test(
        "What is none of the format is refused with its line, and never a crash",
        arguments: [ImportFormat.systemd, .kubernetes, .xxlJob, .cronicle, .dkron],
        [
            "", "{", "[1, 2]", "\u{0}\u{1}", "INSERT INTO xxl_job_info VALUES (1", "kind: CronJob", "[Timer]\nnonsense",
            "\"\n\"",
        ]
    )
    func nonsense(format: ImportFormat, text: String) {
        let plan = self.plan(format, ["x.timer": text])
        #expect(plan.tasks.isEmpty)
        let bytes = ImportFile(name: "y", bytes: [0xff, 0xfe, 0x00])
        var other = ForeignImport(format: format, namePrefix: "", timeZone: "UTC")
        other.add([bytes])
        #expect(other.hasErrors)
    }

    @Test("Names are made different, and bodies are what the server takes")
    func bodies() throws {
        let json =
            #"[{"name": "a", "schedule": "@daily", "executor": "shell", "executor_config": {"command": "true"}}]"#
        var plan = ForeignImport(format: .dkron, namePrefix: "x-", timeZone: "Europe/Berlin")
        plan.add([ImportFile(name: "1", bytes: Array(json.utf8)), ImportFile(name: "2", bytes: Array(json.utf8))])
        #expect(plan.tasks.map(\.name) == ["x-a", "x-a-2"])
        let body = try #require(plan.candidates.first).body
        #expect(body["timezone"].string == "Europe/Berlin")
        #expect(body["schedule_type"].string == "cron")
        #expect(body["timeout"].integer == 604_800)
        #expect(body["executor_config"]["command"].string == "true")
    }
}
