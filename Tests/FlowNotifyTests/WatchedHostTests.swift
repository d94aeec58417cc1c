// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

@Suite("What rules watch of hosts, and when it ends (people.md 7)")
struct WatchedHostTests {
    @Test("Hosts: certificate, clock and disk are told once while they are so, and end; who says nothing ends nothing")
    func hosts() {
        let limits = NotifyLimits(certificateDays: 30, diskPercent: 10, diskBytes: 5 << 30)
        let triggers: [NotifyTrigger] = [.certificateEnding, .clockSuspect, .diskLow, .recovered]
        let fine = HostCondition(disk: DiskSpace(free: 50 << 30, total: 100 << 30), clockError: 1_999_999)
        let cases: [(NotifyTrigger, WatchedHost)] = [
            (
                .certificateEnding,
                WatchedHost(
                    agent: AgentID("web1"),
                    name: "web1",
                    certificateEnd: WatchWorld.start.advanced(byMilliseconds: 30 * 86_400_000),
                    condition: fine
                )
            ),
            (.clockSuspect, Self.host(HostCondition(disk: fine.disk, clockError: -2_000_001))),
            (.clockSuspect, Self.host(HostCondition(disk: fine.disk, isClockSuspect: true))),
            (.diskLow, Self.host(HostCondition(disk: DiskSpace(free: 9 << 30, total: 100 << 30)))),
            (.diskLow, Self.host(HostCondition(disk: DiskSpace(free: 4 << 30, total: 10 << 30)))),
        ]
        for (trigger, bad) in cases {
            var world = WatchWorld()
            world.own = [WatchWorld.own(WatchWorld.rule(triggers, limits))]
            world.hosts = [Self.host(fine)]
            #expect(world.look(after: 0).isEmpty)
            world.hosts = [bad]
            let told = world.look(after: 1)
            #expect(told.map(\.incident.trigger) == [trigger] && told[0].incident.failing == ["web1"], "\(bad)")
            #expect(world.look(after: 3600).isEmpty, "told once")
            var away = bad
            away.condition = nil
            away.certificateEnd = nil
            world.hosts = [away]
            #expect(world.look(after: 3600).isEmpty, "who is away has not become well")
            var well = Self.host(HostCondition(disk: fine.disk, clockError: 999_999))
            well.certificateEnd = WatchWorld.start.advanced(byMilliseconds: 400 * 86_400_000)
            world.hosts = [well]
            #expect(world.look(after: 60).map(\.purpose) == [.recovered], "\(trigger)")
        }
    }

    private static func host(_ condition: HostCondition?) -> WatchedHost {
        WatchedHost(agent: AgentID("web1"), name: "web1", condition: condition)
    }

    @Test("A rule for a group is about its hosts alone; the server's disk is about rules on everything")
    func scopes() {
        let low = HostCondition(disk: DiskSpace(free: 1, total: 100))
        let rule = WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10), groupBy: .host)
        for (match, failing) in [
            (NotifyMatch(), ["db1", "server one", "web1"]), (NotifyMatch(groups: [2]), ["web1"]),
            (NotifyMatch(groups: [Group.everyone]), ["db1", "web1"]), (NotifyMatch(tasks: [7]), []),
        ] as [(NotifyMatch, [String])] {
            var world = WatchWorld()
            world.own = [WatchWorld.own(rule, match: match)]
            world.hosts = ["web1", "db1"].map { WatchedHost(agent: AgentID($0), name: $0, condition: low) }
            world.hosts.append(WatchedHost(agent: nil, name: "one", condition: low))
            let told = world.look(after: 0)
            #expect(told.flatMap(\.incident.failing).sorted() == failing, "\(match)")
        }
    }

    @Test("Old agents and hosts that were deleted: nothing is told, nothing is kept")
    func old() {
        var world = WatchWorld()
        world.own = [WatchWorld.own(WatchWorld.rule([.clockSuspect, .diskLow], NotifyLimits(diskPercent: 10)))]
        world.hosts = [Self.host(nil)]
        #expect(world.look(after: 0).isEmpty && world.marks.isEmpty)
        world.hosts = [Self.host(HostCondition(isClockSuspect: true))]
        #expect(world.look(after: 0).count == 1 && world.marks.count == 1)
        world.hosts = []
        #expect(world.look(after: 0).isEmpty && world.marks.isEmpty)
        #expect(world.incidents.values.allSatisfy { $0.state == .closed }, "no reminder of a host that is gone")
    }

    @Test("What is just beyond its limit does not begin and end again and again")
    func swings() {
        var world = WatchWorld()
        world.own = [WatchWorld.own(WatchWorld.rule([.diskLow, .clockSuspect], NotifyLimits(diskPercent: 10)))]
        func set(_ free: Int64, _ error: Int64) {
            world.hosts = [
                Self.host(HostCondition(disk: DiskSpace(free: free, total: 100), clockError: error))
            ]
        }
        set(9, 2_000_001)
        _ = world.look(after: 0)
        #expect(world.marks.count == 2)
        for (free, error) in [(10, 1_999_999), (11, -1_000_000), (9, 2_000_001)] as [(Int64, Int64)] {
            set(free, error)
            #expect(world.look(after: 60).isEmpty && world.marks.count == 2, "\(free) %, \(error) us")
        }
        set(12, 999_999)
        _ = world.look(after: 60)
        #expect(world.marks.isEmpty)
        #expect(world.incidents.values.allSatisfy { $0.state == .closed })
    }

    @Test("An alert ends without a word when its rule is another one, no longer fits, or its task is switched off")
    func withdrawn() {
        let low = WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10))
        var world = WatchWorld()
        world.own = [WatchWorld.own(low)]
        world.hosts = [Self.host(HostCondition(disk: DiskSpace(free: 1, total: 100)))]
        #expect(world.look(after: 0).count == 1)
        var (edited, moved) = (world, world)
        edited.own = [WatchWorld.own(WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 1)))]
        edited.hosts = [Self.host(HostCondition(disk: DiskSpace(free: 5, total: 100)))]
        moved.own = [WatchWorld.own(low, match: NotifyMatch(groups: [3]))]
        var late = WatchWorld()
        late.rules = [WatchWorld.rule([.didNotRunBy], NotifyLimits(deadline: .init(by: 480, timeZone: "UTC")))]
        _ = late.look(after: 0)
        #expect(late.look(after: 86_400).count == 1)
        late.isEnabled = false
        for var world in [edited, moved, late] {
            #expect(world.look(after: 60).isEmpty)
            #expect(world.marks.keys.allSatisfy { $0.subject.isEmpty })
            #expect(world.incidents.count == 1 && world.incidents.values.allSatisfy { $0.state == .closed })
        }
    }

    @Test("What falls into a silence is told of at its end, if it is still so")
    func silence() {
        var world = WatchWorld()
        world.own = [WatchWorld.own(WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10)))]
        world.hosts = [Self.host(HostCondition(disk: DiskSpace(free: 1, total: 100)))]
        world.silences = [
            NotifySilence(
                id: 3,
                match: SilenceMatch(hosts: [AgentID("web1")!]),
                groups: [],
                reason: "known",
                createdBy: "ada",
                createdAt: WatchWorld.start,
                until: WatchWorld.start.advanced(byMilliseconds: 3_600_000)
            )
        ]
        #expect(world.look(after: 0).isEmpty)
        #expect(world.look(after: 3600).map(\.incident.trigger) == [.diskLow])
    }

    @Test("Ten thousand hosts that run out of room at once are one message, and two thousand of them are remembered")
    func storm() {
        var world = WatchWorld()
        world.own = [WatchWorld.own(WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10)))]
        let low = HostCondition(disk: DiskSpace(free: 1, total: 100))
        world.hosts = (0..<10_000).map { WatchedHost(agent: AgentID("h\($0)"), name: "h\($0)", condition: low) }
        #expect(world.look(after: 0).count == 1)
        #expect(world.marks.count == NotifyWatch.markLimit && world.look(after: 60).isEmpty)
    }

    @Test("Messages say what was watched, in both languages, and a template has it as {{detail}}")
    func words() {
        var world = WatchWorld()
        world.rules = [WatchWorld.rule([.runningLongerThan], NotifyLimits(runningSeconds: 600))]
        world.open = [WatchWorld.execution(0, .running)]
        let message = world.look(after: 725)[0]
        func written(_ speech: MessageSpeech) -> MessageText.Written {
            let variables = TemplateVariables(message, execution: world.open[0], logTail: "", speech: speech)
            return MessageText.write(NotifyTarget(channel: "ops"), variables, for: .webhook)
        }
        let english = written(MessageSpeech())
        #expect(english.subject == "backup RUNNING on web1: running longer than", "\(english)")
        #expect(english.text.contains("\nruns for 12 m 05 s, longer than 10 m 00 s\n"), "\(english)")
        let chinese = written(MessageSpeech(.chinese))
        #expect(chinese.text.contains("已运行 12 分 05 秒，超过 10 分 00 秒"), "\(chinese)")
        var disk = WatchWorld()
        disk.own = [WatchWorld.own(WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10)))]
        disk.hosts = [Self.host(HostCondition(disk: DiskSpace(free: 3 << 30, total: 100 << 30)))]
        let low = TemplateVariables(disk.look(after: 0)[0], execution: nil, logTail: "")
        #expect(low.values["detail"] == "3 % free, 3072 MiB" && low.values["trigger_text"] == "disk low")
        #expect(low.values["hosts"] == "web1")
    }
}
