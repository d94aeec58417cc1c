// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import Testing

@Suite("Who is connected")
struct SessionRegistryTests {
    private typealias Registry = SessionRegistry<String>

    private static let agent = AgentID("a")!
    private static let now = Timestamp(milliseconds: 1_790_000_000_000)
    private static let presence = AgentPresence(connectedAt: now, lastHeartbeat: now, configVersion: 1, address: "")

    private static func instance(_ start: String, boot: String = "boot", incarnation: String = "one") -> AgentInstance {
        AgentInstance(startID: start, bootID: boot, incarnation: incarnation, machineID: "machine")
    }

    private static func admitted(
        _ registry: inout Registry,
        _ handle: String,
        start: String = "s",
        regardless silent: Set<Registry.Ticket> = []
    ) throws -> Registry.Ticket {
        let arrival = registry.arrive(self.agent, self.instance(start), handle, regardless: silent)
        guard case .admitted(let ticket) = arrival else { throw CoreError(.conflict, "\(handle) is contested") }
        return ticket
    }

    private static func overtaken(_ entry: Registry.Entry) -> [String]? {
        if case .entered(let overtaken) = entry { overtaken } else { nil }
    }

    @Test(
        "Of two sessions of one process the higher epoch stays, in whichever order they enter",
        arguments: [true, false]
    )
    func epochs(_ olderFirst: Bool) throws {
        var registry = Registry()
        let older = try Self.admitted(&registry, "older")
        let newer = try Self.admitted(&registry, "newer")
        if olderFirst {
            let first = Self.overtaken(registry.enter(older, epoch: 1, presence: Self.presence))
            let second = Self.overtaken(registry.enter(newer, epoch: 2, presence: Self.presence))
            #expect(first == [] && second == ["older"])
        } else {
            let first = Self.overtaken(registry.enter(newer, epoch: 2, presence: Self.presence))
            let second = Self.overtaken(registry.enter(older, epoch: 1, presence: Self.presence))
            #expect(first == [] && second == nil)
        }
        #expect(registry.standing.map(\.handle) == ["newer"])
        let left = registry.leave(older)
        #expect(!left, "it did not stand any more")
        #expect(registry.presences[Self.agent] != nil)
        let ended = registry.leave(newer)
        #expect(ended && registry.presences.isEmpty)
    }

    @Test("A session hears what is meant for its agent from its arrival on")
    func hearsEarly() throws {
        var registry = Registry()
        let first = try Self.admitted(&registry, "first")
        _ = registry.enter(first, epoch: 1, presence: Self.presence)
        _ = try Self.admitted(&registry, "arriving")
        #expect(registry.handles(of: Self.agent) == ["first", "arriving"])
        #expect(registry.standing.map(\.handle) == ["first"])
    }

    @Test("Another process with the identity is let in only when the first gives no sign of life")
    func contested() throws {
        var registry = Registry()
        let first = try Self.admitted(&registry, "first", start: "s1")
        _ = registry.enter(first, epoch: 1, presence: Self.presence)
        guard case .contested(let by, let ticket) = registry.arrive(Self.agent, Self.instance("s2"), "second") else {
            Issue.record("let in beside a living process")
            return
        }
        #expect(by == "first" && ticket == first)
        let second = try Self.admitted(&registry, "second", start: "s2", regardless: [ticket])
        let overtaken = Self.overtaken(registry.enter(second, epoch: 2, presence: Self.presence))
        #expect(overtaken == ["first"])
        let notes = registry.note(Self.presence, of: first)
        #expect(!notes, "the first says nothing any more")
    }

    @Test("A process that has not entered yet has the identity as well")
    func contestedByAnArrival() throws {
        var registry = Registry()
        _ = try Self.admitted(&registry, "first", start: "s1")
        guard case .contested = registry.arrive(Self.agent, Self.instance("s2"), "second") else {
            Issue.record("let in beside an arriving process")
            return
        }
    }

    @Test("Agents that draw nothing at their start are told apart by boot and ledger")
    func oldAgents() {
        let old = Self.instance("")
        #expect(old.isSameProcess(as: Self.instance("")))
        #expect(!old.isSameProcess(as: Self.instance("", boot: "other")))
        #expect(!old.isSameProcess(as: Self.instance("", incarnation: "two")))
        // An agent that was upgraded: the old process is gone with its connection.
        #expect(old.isSameProcess(as: Self.instance("s")))
        #expect(!Self.instance("s").isSameProcess(as: Self.instance("t")))
    }

    @Test("A copy is news once, shown while it tries, and forgotten when it is gone")
    func copies() {
        var registry = Registry()
        func quarantine(_ start: String, after seconds: Int64) -> Bool {
            registry.quarantine(
                Self.agent,
                Self.instance(start),
                hostname: "copy",
                address: "192.0.2.9",
                at: Self.now.advanced(byMilliseconds: seconds * 1000)
            )
        }
        let news = [quarantine("s2", after: 0), quarantine("s2", after: 15), quarantine("s3", after: 15)]
        #expect(news == [true, false, true], "the third is a second copy")
        let soon = Self.now.advanced(byMilliseconds: 60_000)
        #expect(registry.duplicates(at: soon)[Self.agent]?.map(\.instance.startID) == ["s2", "s3"])
        let none = registry.forgetDuplicates(at: soon)
        #expect(none.isEmpty)
        let late = Self.now.advanced(byMilliseconds: 300_000)
        #expect(registry.duplicates(at: late).isEmpty)
        let gone = registry.forgetDuplicates(at: late)
        #expect(gone == [Self.agent])
        for number in 0..<100 { _ = quarantine("x\(number)", after: 400) }
        #expect(registry.duplicates(at: Self.now.advanced(byMilliseconds: 400_000))[Self.agent]?.count == 8)
    }
}
