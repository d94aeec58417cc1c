// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

@Suite("Escalation (people.md 7)")
struct EscalationTests {
    private static func rule(_ seconds: [Int], repetition: NotifyRepetition? = nil) -> NotifyRule {
        var rule = NotifyWorld.rule([.technicalFailure, .recovered], repetition: repetition ?? .never)
        rule.escalation = seconds.map { second in
            NotifyEscalation(afterSeconds: second, channels: [NotifyTarget(channel: "step-\(second)")])
        }
        return rule
    }

    private static func told(_ messages: [NotifyMessage]) -> [String] {
        messages.flatMap { message in message.targets.map { "\(message.purpose.rawValue) \($0.channel ?? "")" } }
    }

    @Test("Each step is told once, counted from the first message, and there are no more of them")
    func steps() {
        var world = NotifyWorld([Self.rule([600, 1200])])
        world.happen("T")
        #expect(Self.told(world.pass(10)) == ["opening ops"])
        #expect(world.pass(580).isEmpty)
        #expect(Self.told(world.pass(20)) == ["escalation step-600"])
        #expect(world.pass(500).isEmpty)
        #expect(Self.told(world.pass(100)) == ["escalation step-1200"])
        #expect(world.pass(100_000).isEmpty)
        world.happen("S")
        #expect(Self.told(world.pass(1)) == ["recovered ops"])
    }

    @Test("Who acknowledges stops it")
    func acknowledged() {
        var world = NotifyWorld([Self.rule([600])])
        world.happen("T")
        _ = world.pass(10)
        for id in world.incidents.keys { world.incidents[id]?.acknowledgedBy = "ada" }
        #expect(world.pass(1000).isEmpty && world.pass(1000).isEmpty)
    }

    @Test("What works again is told to nobody else, and the next incident begins with the first step")
    func recovers() {
        var world = NotifyWorld([Self.rule([600])])
        world.happen("T")
        _ = world.pass(10)
        world.happen("S")
        #expect(Self.told(world.pass(10)) == ["recovered ops"])
        #expect(world.pass(1000).isEmpty)
        world.happen("T")
        #expect(Self.told(world.pass(10)) == ["opening ops"])
        #expect(Self.told(world.pass(700)) == ["escalation step-600"])
    }

    @Test("A silence keeps it back; at its end what still fails is told of, and the steps go on")
    func silenced() {
        var world = NotifyWorld([Self.rule([600])])
        world.happen("T")
        _ = world.pass(10)
        world.silences = [
            NotifySilence(
                id: 1,
                match: SilenceMatch(tasks: [7]),
                groups: [],
                reason: "known",
                createdBy: "ada",
                createdAt: world.now,
                until: world.now.advanced(byMilliseconds: 1_800_000)
            )
        ]
        #expect(world.pass(900).isEmpty)
        #expect(Set(Self.told(world.pass(1000))) == ["reminder ops", "escalation step-600"])
        #expect(world.pass(1000).isEmpty)
    }

    @Test("Steps that came due while no server was up are each told, with keys of their own")
    func absent() {
        var world = NotifyWorld([Self.rule([600, 1200])])
        world.happen("T")
        _ = world.pass(10)
        let messages = world.pass(5000)
        #expect(Self.told(messages) == ["escalation step-600", "escalation step-1200"])
        let deliveries = messages.flatMap { message in
            MessageWriter.deliveries(
                of: message,
                TemplateVariables(message, execution: nil, logTail: ""),
                kinds: [:],
                at: world.now
            )
        }
        #expect(Set(deliveries.map(\.id)).count == 2)
        #expect(deliveries.map { $0.subject.prefix(14) } == ["Escalation 1: ", "Escalation 2: "])
    }

    @Test("Reminders and further events come as they did beside it")
    func beside() {
        var world = NotifyWorld([Self.rule([600], repetition: .every(milliseconds: 400_000))])
        world.happen("T")
        #expect(Self.told(world.pass(10)) == ["opening ops"])
        #expect(Self.told(world.pass(400)) == ["reminder ops"])
        #expect(Self.told(world.pass(200)) == ["escalation step-600"], "the reminder keeps its own time")
        #expect(Self.told(world.pass(200)) == ["reminder ops"])
    }

    @Test("Incidents that an older version stored begin with the first step when they are told of next")
    func older() throws {
        let incident = NotifyIncident(
            id: IncidentID(uuid: UUID()),
            ruleKey: "rule",
            groupKey: "job 7",
            rule: NotifyWorld.rule([.timeout]),
            jobID: 7,
            jobName: "backup",
            groups: [2],
            trigger: .timeout,
            at: NotifyWorld.start
        )
        let text = String(decoding: try JSONEncoder().encode(incident), as: UTF8.self)
        #expect(!text.contains("escalat") && !text.contains("firstSentAt"))
        let read = try JSONDecoder().decode(NotifyIncident.self, from: Data(text.utf8))
        #expect(read.escalated == 0 && read.escalatesAt == nil)
    }
}
