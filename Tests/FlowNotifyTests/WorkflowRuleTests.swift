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

    @Test("A question is reminded of and escalated until it is settled, also in a silence and after weeks (W10)")
    func remindsOfQuestions() throws {
        for silences in [[], [Self.silence(SilenceMatch(rule: "rule"))]] {
            var own = NotifyWorld.own([.workflowAsks, .workflowFailed, .recovered])
            own.rule.repetition = .every(milliseconds: 3_600_000)
            own.rule.escalation = [NotifyEscalation(afterSeconds: 7200, channels: [NotifyTarget(channel: "boss")])]
            var world = NotifyWorld(own: [own])
            world.silences = silences
            world.happen(Self.news(.asks, steps: ["approve"]))
            world.happen(Self.news(.asks, run: 2, steps: ["approve"]))
            #expect(world.pass(6).map(\.purpose) == [.opening, .opening])
            #expect(world.incidents.values.allSatisfy { $0.state == .open })
            #expect(world.pass(3500).isEmpty)
            #expect(world.pass(100).map(\.purpose) == [.reminder, .reminder])
            let hour = world.pass(3600)
            #expect(hour.count { $0.purpose == .reminder } == 2 && hour.count { $0.purpose == .escalation } == 2)
            #expect(hour.filter { $0.purpose == .escalation }.flatMap(\.targets).allSatisfy { $0.channel == "boss" })
            let text = Self.written(try #require(hour.first { $0.purpose == .reminder })).text
            #expect(text.contains("the step 'approve' waits for somebody's answer"), "\(text)")
            // A run that fails or succeeds beside it says nothing of the question of another one.
            world.happen(Self.news(.succeeded, run: 3))
            #expect(world.pass(3600).count == 2)
            // Weeks without a word on it: it still waits.
            for _ in 0..<20 { #expect(world.pass(86_400).count == 2) }
            world.happen(Self.news(.asksNoMore, steps: ["approve"]))
            let rest = world.pass(3600)
            #expect(rest.map(\.purpose) == [.reminder] && rest.first?.incident.members.first?.run == Self.run(2))
            world.happen(Self.news(.asksNoMore, run: 2, steps: ["approve"]))
            #expect(world.pass(86_400).isEmpty && world.incidents.values.allSatisfy { $0.state == .closed })
        }
    }

    @Test("A question that is settled at once is told to nobody; whoever acknowledges it is not reminded")
    func settlesQuestions() {
        var own = NotifyWorld.own([.workflowAsks])
        own.rule.repetition = .every(milliseconds: 600_000)
        var world = NotifyWorld(own: [own])
        world.happen(Self.news(.asks, steps: ["approve"]))
        world.happen(Self.news(.asksNoMore, steps: ["approve"]))
        #expect(world.pass(6).isEmpty && world.pass(3600).isEmpty)
        world.happen(Self.news(.asks, run: 2, steps: ["approve"]))
        #expect(world.pass(6).count == 1)
        for id in world.incidents.keys { world.incidents[id]?.acknowledgedBy = "ada" }
        #expect(world.pass(3600).isEmpty)
        // Nobody else's question ends with it.
        world.happen(Self.news(.asksNoMore, run: 3, steps: ["approve"]))
        #expect(world.incidents.values.contains { $0.state == .open })
    }

    @Test("A rule that repeats nothing tells of a question once; one that is gone, off or changed reminds nobody")
    func lostRules() {
        var world = NotifyWorld(own: [NotifyWorld.own([.workflowAsks])])
        world.happen(Self.news(.asks, steps: ["approve"]))
        #expect(world.pass(6).count == 1)
        for _ in 0..<30 { #expect(world.pass(86_400).isEmpty) }
        #expect(world.incidents.values.allSatisfy { $0.state == .open }, "it waits all the same")
        var own = NotifyWorld.own([.workflowAsks])
        own.rule.repetition = .every(milliseconds: 600_000)
        var off = own
        off.rule.isEnabled = false
        var other = own
        other.rule.triggers = [.workflowAsks, .workflowFailed]
        for after in [[], [off], [other]] {
            var world = NotifyWorld(own: [own])
            world.happen(Self.news(.asks, steps: ["approve"]))
            #expect(world.pass(6).count == 1)
            world.own = after
            #expect(world.pass(700).isEmpty && world.incidents.values.allSatisfy { $0.state == .closed })
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
