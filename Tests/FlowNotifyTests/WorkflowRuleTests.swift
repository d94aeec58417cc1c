// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

@Suite("What rules make of runs of workflows")
struct WorkflowRuleTests {
    private static func run(_ number: Int64) -> RunID {
        DeterministicID.run(
            kind: .cron,
            job: NotifyWorld.uid,
            nominal: NotifyWorld.start.advanced(byMilliseconds: number * 1000)
        )
    }

    private static func news(
        _ kind: WorkflowNews.Kind,
        workflow: WorkflowID = 5,
        run: Int64 = 1,
        groups: [GroupID] = [2],
        steps: [String] = [],
        halt: FlowHalt? = nil
    ) -> DurableEvent {
        .workflow(
            WorkflowNews(
                kind,
                workflow: workflow,
                run: self.run(run),
                name: "nightly",
                groups: groups,
                labels: ["team": "db"],
                steps: steps,
                halt: halt
            )
        )
    }

    private static func silence(_ match: SilenceMatch) -> NotifySilence {
        NotifySilence(
            id: 1,
            match: match,
            groups: [],
            reason: "",
            createdBy: "ada",
            createdAt: NotifyWorld.start,
            until: NotifyWorld.start.advanced(byMilliseconds: 600_000)
        )
    }

    private static func written(_ message: NotifyMessage, in language: Language = .english) -> MessageText.Written {
        let variables = TemplateVariables(
            message,
            execution: nil,
            logTail: "",
            address: "https://flow",
            speech: MessageSpeech(language)
        )
        return MessageText.write(NotifyTarget(channel: "ops"), variables, for: .webhook)
    }

    @Test("A failed run is told with its steps and a link, and the next success closes it (S2-9)")
    func failsAndRecovers() throws {
        var world = NotifyWorld(own: [NotifyWorld.own([.workflowFailed, .recovered])])
        world.happen(Self.news(.failed, steps: ["load", "check"]))
        let message = try #require(world.pass(6).first)
        let text = Self.written(message)
        #expect(text.subject == "nightly: workflow failed", "\(text)")
        #expect(
            text.text.contains("Workflow: nightly\n") && text.text.contains("these steps failed: load, check"),
            "\(text)"
        )
        #expect(
            text.text.contains("https://flow/workflows/runs/\(Self.run(1))") && !text.text.contains("Hosts:"),
            "\(text)"
        )
        let chinese = Self.written(message, in: .chinese)
        #expect(chinese.subject == "nightly：工作流失败" && chinese.text.contains("失败的步骤：load, check"), "\(chinese)")

        world.happen(Self.news(.succeeded, run: 2))
        let recovery = try #require(world.pass(6).first)
        #expect(recovery.purpose == .recovered && Self.written(recovery).subject.hasPrefix("Recovered: nightly"))
        #expect(world.incidents.values.allSatisfy { $0.state == .closed } && world.pass(3600).isEmpty)
    }

    @Test("Failures of one workflow count in a row, apart from those of others; what was skipped counts for nothing")
    func counts() {
        var own = NotifyWorld.own([.workflowFailed])
        own.rule.threshold = 3
        var world = NotifyWorld(own: [own])
        let kinds: [(WorkflowNews.Kind, WorkflowID, Int)] = [
            (.failed, 5, 0), (.failed, 6, 0), (.failed, 5, 0), (.skipped, 5, 0), (.failed, 5, 1), (.succeeded, 5, 0),
            (.failed, 5, 0), (.failed, 5, 0), (.failed, 6, 0), (.failed, 6, 1),
        ]
        for (index, (kind, workflow, count)) in kinds.enumerated() {
            world.happen(Self.news(kind, workflow: workflow, run: Int64(index)))
            #expect(world.pass(70).count == count, "event \(index)")
        }
    }

    @Test("A run whose time was over says so; one that did not begin, and one that ended well, are told by themselves")
    func othersEnds() throws {
        let triggers: [NotifyTrigger] = [.workflowFailed, .workflowSucceeded, .workflowSkipped]
        for (event, words) in [
            (Self.news(.failed, halt: .timeout), "the time of the run was over"),
            (Self.news(.failed, steps: ["a"], halt: .timeout), "these steps failed: a"),
            (Self.news(.failed), "a step did not end well"),
            (Self.news(.skipped), "the run did not begin"), (Self.news(.succeeded), "workflow succeeded"),
        ] {
            var world = NotifyWorld(own: [NotifyWorld.own(triggers)])
            world.happen(event)
            let message = try #require(world.pass(6).first)
            #expect(Self.written(message).text.contains(words), "\(Self.written(message))")
        }
        var world = NotifyWorld(own: [NotifyWorld.own(triggers)])
        world.happen(Self.news(.succeeded))
        world.happen(Self.news(.skipped, run: 2))
        #expect(world.pass(6).count == 2 && world.incidents.values.allSatisfy { $0.state == .closed })
    }

    @Test("Each question of a step has a message of its own, also in a silence (W10)")
    func asks() throws {
        for silences in [[], [Self.silence(SilenceMatch(rule: "rule"))]] {
            var world = NotifyWorld(own: [NotifyWorld.own([.workflowAsks])])
            world.silences = silences
            world.happen(Self.news(.asks, steps: ["approve"]))
            world.happen(Self.news(.asks, steps: ["sign"]))
            let messages = world.pass(6)
            #expect(messages.count == 2)
            let texts = messages.map { Self.written($0).text }
            #expect(texts.contains { $0.contains("the step 'approve' waits for somebody's answer") }, "\(texts)")
        }
    }

    @Test("A silence about its group or label keeps a workflow's failures back; what still fails at its end is told")
    func silenced() {
        for (match, isKept) in [
            (SilenceMatch(groups: [2]), true), (SilenceMatch(groups: [Group.everyone]), true),
            (SilenceMatch(labels: ["team": "db"]), true), (SilenceMatch(labels: ["team": "web"]), false),
            (SilenceMatch(groups: [3]), false), (SilenceMatch(tasks: [7]), false),
            (SilenceMatch(hosts: [AgentID("web1")!]), false),
        ] {
            var world = NotifyWorld(own: [NotifyWorld.own([.workflowFailed])])
            world.silences = [Self.silence(match)]
            world.happen(Self.news(.failed))
            #expect(world.pass(6).isEmpty == isKept, "\(match)")
            if isKept { #expect(world.pass(700).count == 1, "\(match)") }
        }
    }

    @Test("Rules meet workflows by number, group and label; those about tasks and hosts hear nothing of them")
    func matches() {
        for (match, isTold) in [
            (NotifyMatch(), true), (NotifyMatch(workflows: [5]), true), (NotifyMatch(workflows: [6]), false),
            (NotifyMatch(tasks: [5]), false), (NotifyMatch(tasks: [7], workflows: [5]), true),
            (NotifyMatch(groups: [2]), true), (NotifyMatch(groups: [3]), false),
            (NotifyMatch(groups: [Group.everyone]), true), (NotifyMatch(labels: ["team": "db"]), true),
            (NotifyMatch(labels: ["team": "web"]), false), (NotifyMatch(groups: [2], workflows: [6]), false),
        ] {
            var world = NotifyWorld(own: [NotifyWorld.own([.workflowFailed], match: match)])
            world.happen(Self.news(.failed))
            #expect(world.pass(6).count == (isTold ? 1 : 0), "\(match)")
        }
        for (match, isTold) in [(NotifyMatch(workflows: [5]), false), (NotifyMatch(tasks: [7], workflows: [5]), true)] {
            var world = NotifyWorld(own: [NotifyWorld.own([.technicalFailure], match: match)])
            world.happen("T")
            #expect(world.pass(6).count == (isTold ? 1 : 0), "\(match)")
        }
        var world = NotifyWorld(own: [NotifyWorld.own([.technicalFailure, .success, .skipped])])
        for kind in WorkflowNews.Kind.allCases { world.happen(Self.news(kind)) }
        #expect(world.pass(6).isEmpty && world.counters.isEmpty)
    }

    @Test("Rules that an older version stored are about no workflow in particular")
    func olderRules() throws {
        let json = Data(#"{"groups": [2], "labels": {}, "tasks": []}"#.utf8)
        #expect(try JSONDecoder().decode(NotifyMatch.self, from: json) == NotifyMatch(groups: [2]))
        let match = NotifyMatch(tasks: [1], workflows: [4, 9])
        #expect(try JSONDecoder().decode(NotifyMatch.self, from: JSONEncoder().encode(match)) == match)
    }
}
