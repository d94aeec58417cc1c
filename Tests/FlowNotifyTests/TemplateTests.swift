// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

@Suite("Templates")
struct TemplateTests {
    @Test(
        "Variables and sections are filled in",
        arguments: [
            ("任务 [{{task_id}}]: {{ task_name }}", "任务 [7]: backup"),
            ("{{#reason}}because {{reason}}{{/reason}}{{^reason}}no reason{{/reason}}", "no reason"),
            ("{{#task_id}}a{{#task_name}}b{{/task_name}}{{/task_id}}c", "abc"), ("{{! nothing }}x", "x"),
            ("{{host}}", ""), ("no variables }} at all", "no variables }} at all"),
        ]
    )
    func rendering(_ template: String, _ expected: String) throws {
        let parsed = try Template(template)
        #expect(parsed.render(["task_id": "7", "task_name": "backup"]) == expected)
    }

    @Test(
        "What switches escaping off, loads, calls or is not known is refused with its name",
        arguments: [
            "{{{task_name}}}", "{{&task_name}}", "{{> file}}", "{{< parent}}", "{{$block}}{{/block}}", "{{=<% %>=}}",
            "{{%TEXT}}", "{{unknown}}", "{{#task_id}}", "{{/task_id}}", "{{#task_id}}{{/task_name}}", "{{task_id",
            "{{uppercase(task_name)}}", "{{task_name.length}}", "{{}}", "{{.}}",
            String(repeating: "{{#host}}", count: 7) + String(repeating: "{{/host}}", count: 7),
            String(repeating: "x", count: 16 * 1024 + 1),
        ]
    )
    func refusals(_ template: String) {
        #expect(throws: Template.Fault.self) { try Template(template) }
    }

    private func written(_ kind: NotifyChannel.Kind, name: String, tail: String = "") -> MessageText.Written {
        let job = JobUID(uuid: UUID(uuidString: "00000000-0000-4000-8000-000000000001")!)
        let agent = AgentID("web1")!
        let start = NotifyWorld.start
        let execution = Execution(
            id: DeterministicID.execution(kind: .cron, job: job, nominal: start, agent: agent),
            runID: DeterministicID.run(kind: .cron, job: job, nominal: start),
            jobID: 7,
            jobUID: job,
            jobName: name,
            jobVersion: 1,
            agentID: agent,
            kind: .cron,
            nominal: start,
            status: .failure,
            reason: .exitCode,
            startedAt: start,
            finishedAt: start.advanced(byMilliseconds: 65_000),
            exitCode: 2,
            updatedAt: start
        )
        let variables = TemplateVariables(
            NotifyMessage(previewOf: execution, rule: "r"),
            execution: execution,
            logTail: tail,
            timeZone: "Asia/Shanghai",
            address: "https://qf.example.com"
        )
        let target = NotifyTarget(
            bodyTemplate: "{{task_name}}|{{execution_status}}|{{execution_end_time}}|{{execution_duration}}|{{url}}|"
                + "{{threshold_count}}|{{execution_log_tail}}"
        )
        return MessageText.write(target, variables, for: kind)
    }

    @Test("S2's variables say what they are named for")
    func variables() {
        let text = self.written(.webhook, name: "backup", tail: "a\u{1b}[31mb\nc").text
        let id = text.split(separator: "|")[4].split(separator: "/").last ?? ""
        #expect(ExecutionID(String(id)) != nil)
        #expect(text.hasPrefix("backup|FAILURE|2026-11-21T18:01:05+08:00|1 m 05 s|https://qf.example.com/executions/"))
        #expect(text.hasSuffix("|1|a [31mb\nc"))
    }

    @Test("A task's name is text in every channel and calls nobody")
    func escaping() {
        let name = "<b>@all & <at user_id=\"all\">"
        #expect(self.written(.slack, name: name).text.hasPrefix("&lt;b&gt;@all &amp; &lt;at"))
        #expect(self.written(.wecom, name: name).text.hasPrefix("&lt;b&gt;"))
        #expect(!self.written(.feishu, name: name).text.contains("<at"))
        #expect(!self.written(.dingtalk, name: name).text.contains("@all"))
        #expect(self.written(.email, name: name).text.hasPrefix("<b>@all"))
    }

    @Test("A text that is too long for its channel loses the oldest lines of the log")
    func length() {
        let tail = (0..<600).map { "line \($0)" }.joined(separator: "\n")
        let text = self.written(.wecom, name: "backup", tail: tail).text
        #expect(text.utf8.count <= 3900 && text.hasSuffix("line 599") && text.hasPrefix("backup|"))
        #expect(text.contains("|…"))
    }

    @Test("The built-in text has neither empty lines nor braces")
    func standard() {
        let values = TemplateVariables(sample: "r", at: NotifyWorld.start)
        let written = MessageText.write(NotifyTarget(), values, for: .email)
        #expect(written.subject == "nightly-backup FAILURE on web1")
        #expect(!written.text.contains("\n\n") && !written.text.contains("{{"))
        #expect(written.text.contains("In a row: 1"))
    }
}
