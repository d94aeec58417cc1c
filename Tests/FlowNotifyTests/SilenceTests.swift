// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowNotify

@Suite("Silences (people.md 7)")
struct SilenceTests {
    private func silence(_ match: SilenceMatch, id: Int64 = 1, from: Timestamp, minutes: Int64) -> NotifySilence {
        NotifySilence(
            id: id,
            match: match,
            groups: [],
            reason: "mended",
            createdBy: "ada",
            createdAt: from,
            until: from.advanced(byMilliseconds: minutes * 60_000)
        )
    }

    private let web1 = SilenceMatch(hosts: [AgentID("web1")!])

    @Test("What fails in a silence is told of once at its end, with how many there were, if it still fails")
    func stillFails() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        world.silences = [self.silence(self.web1, from: world.now, minutes: 10)]
        for _ in 0..<4 {
            world.happen("T")
            #expect(world.pass(100).isEmpty)
        }
        let messages = world.pass(300)
        #expect(messages.map(\.purpose) == [.opening])
        #expect(messages.first?.incident.heldBack == 4 && messages.first?.incident.count == 4)
        #expect(world.ended.map(\.caught) == [4] && world.silences.isEmpty)
        #expect(world.pass(600).isEmpty, "once")
        // From then on it is as without a silence.
        world.happen("T")
        #expect(world.pass(70).map(\.purpose) == [.update])
        #expect(world.incidents.values.map(\.heldBack) == [nil])
    }

    @Test("What works again before the end is told of to nobody, not even by a rule of recoveries")
    func worksAgain() {
        for triggers in [[NotifyTrigger.technicalFailure], [.technicalFailure, .recovered], [.recovered]] {
            var world = NotifyWorld([NotifyWorld.rule(triggers)])
            world.silences = [self.silence(self.web1, from: world.now, minutes: 10)]
            world.happen("TTS")
            #expect(world.pass(700).isEmpty, "\(triggers)")
            #expect(world.incidents.values.allSatisfy { $0.state == .closed })
            #expect(world.ended.map(\.caught) == [2])
        }
    }

    @Test("The end of what was told of before is told in a silence, too")
    func recovery() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure, .recovered])])
        world.happen("T")
        #expect(world.pass(10).map(\.purpose) == [.opening])
        world.silences = [self.silence(self.web1, from: world.now, minutes: 10)]
        world.happen("TT")
        #expect(world.pass(100).isEmpty)
        world.happen("S")
        #expect(world.pass(1).map(\.purpose) == [.recovered])
        #expect(world.pass(1000).isEmpty)
    }

    @Test("Reminders of what was open before rest, and one comes at the end")
    func reminders() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure], repetition: .every(milliseconds: 60_000))])
        world.happen("T")
        #expect(world.pass(10).map(\.purpose) == [.opening])
        world.silences = [self.silence(SilenceMatch(tasks: [7]), from: world.now, minutes: 10)]
        for _ in 0..<5 { #expect(world.pass(70).isEmpty) }
        #expect(world.pass(300).map(\.purpose) == [.reminder])
        #expect(world.ended.map(\.caught) == [0], "a reminder is no event")
    }

    @Test("What waits to be sent when a silence begins is held back by it, with its count")
    func waiting() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        world.happen("TT")
        world.silences = [self.silence(self.web1, from: world.now, minutes: 10)]
        #expect(world.pass(10).isEmpty)
        let messages = world.pass(600)
        #expect(messages.map(\.purpose) == [.opening] && messages.first?.incident.heldBack == 2)
        #expect(world.ended.map(\.caught) == [2])
    }

    @Test("Of one incident only the hosts that are meant are silent")
    func otherHosts() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        world.silences = [self.silence(self.web1, from: world.now, minutes: 60)]
        world.happen("T")
        #expect(world.pass(10).isEmpty)
        world.happen("T", host: "db1")
        let first = world.pass(10)
        #expect(first.map(\.purpose) == [.opening] && first.first?.incident.unsent == 1)
        world.happen("TTT")
        #expect(world.pass(200).isEmpty, "the silent one makes no updates")
        world.happen("S", host: "db1")
        let last = world.pass(3600)
        #expect(last.map(\.purpose) == [.update] && last.first?.incident.failing == ["7 web1"])
        #expect(last.first?.incident.heldBack == 4)
    }

    @Test("Where two silences overlap the last one to end tells")
    func overlap() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        world.silences = [
            self.silence(self.web1, from: world.now, minutes: 10),
            self.silence(SilenceMatch(labels: ["team": "db"]), id: 2, from: world.now, minutes: 20),
        ]
        world.happen("T")
        #expect(world.pass(700).isEmpty)
        #expect(world.pass(600).map(\.purpose) == [.opening])
        #expect(world.ended.map(\.caught) == [1, 1])
        // A later one that begins before the first has ended takes over.
        var second = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        second.silences = [self.silence(self.web1, from: second.now, minutes: 10)]
        second.happen("T")
        #expect(second.pass(300).isEmpty)
        second.silences.append(self.silence(self.web1, id: 2, from: second.now, minutes: 20))
        #expect(second.pass(400).isEmpty)
        let last = second.pass(1000)
        #expect(last.map(\.purpose) == [.opening] && last.first?.incident.heldBack == 1)
    }

    @Test("Ended early, it tells at once; somebody who is on it hears nothing")
    func early() {
        for isTaken in [false, true] {
            var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
            world.silences = [self.silence(self.web1, from: world.now, minutes: 600)]
            world.happen("T")
            #expect(world.pass(60).isEmpty)
            if isTaken { for id in world.incidents.keys { world.incidents[id]?.acknowledgedBy = "ada" } }
            world.silences[0].endedAt = world.now
            #expect(world.pass(1).map(\.purpose) == (isTaken ? [] : [.opening]))
        }
    }

    @Test("A silence of a month does not make an open incident stale")
    func long() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        world.silences = [self.silence(self.web1, from: world.now, minutes: 30 * 1440)]
        world.happen("T")
        #expect(world.pass(20 * 86_400).isEmpty)
        #expect(world.pass(11 * 86_400).map(\.purpose) == [.opening])
    }

    @Test("Hosts that go in a silence and stay away are told of at its end, those that come back are not")
    func hosts() {
        for staysAway in [true, false] {
            var world = NotifyWorld(own: [NotifyWorld.own([.hostOffline, .hostBack])])
            world.happen(.agentCame(AgentID("web1")!))
            world.silences = [self.silence(self.web1, from: world.now, minutes: 10)]
            world.happen(.agentWent(AgentID("web1")!))
            #expect(world.pass(61).isEmpty)
            #expect(world.pass(61).isEmpty)
            if !staysAway { world.happen(.agentCame(AgentID("web1")!)) }
            #expect(world.pass(600).map(\.incident.trigger) == (staysAway ? [.hostOffline] : []))
        }
    }

    @Test("Single events in a silence are counted, and told of never")
    func moments() {
        var world = NotifyWorld([NotifyWorld.rule([.success])])
        world.silences = [self.silence(self.web1, from: world.now, minutes: 10)]
        world.happen("SSS")
        #expect(world.pass(700).isEmpty)
        #expect(world.ended.map(\.caught) == [3])
        world.happen("S")
        #expect(world.pass(10).count == 1)
    }

    @Test("All parts of a silence have to hold, and one without parts is about nothing")
    func matching() {
        let db1 = AgentID("db1")!
        let cases: [(SilenceMatch, Bool)] = [
            (SilenceMatch(), false), (SilenceMatch(rule: "rule"), true), (SilenceMatch(rule: "other"), false),
            (SilenceMatch(tasks: [7]), true), (SilenceMatch(tasks: [8]), false), (SilenceMatch(tasks: [8, 7]), true),
            (SilenceMatch(groups: [2]), true), (SilenceMatch(groups: [3]), false), (self.web1, true),
            (SilenceMatch(hosts: [db1]), false), (SilenceMatch(labels: ["team": "db"]), true),
            (SilenceMatch(labels: ["team": "web"]), false), (SilenceMatch(rule: "rule", tasks: [8]), false),
            (SilenceMatch(rule: "rule", tasks: [7], groups: [2], hosts: self.web1.hosts, labels: ["team": "db"]), true),
        ]
        for (match, isSilent) in cases {
            var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
            world.silences = [self.silence(match, from: world.now, minutes: 10)]
            world.happen("T")
            #expect(world.pass(10).isEmpty == isSilent, "\(match)")
        }
    }
}
