// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowSchedulerCore
import Foundation
import Testing

@testable import FlowScheduler

@Suite("What servers tell each other")
struct ClusterOutboxTests {
    private let a = ServerID("a")
    private let b = ServerID("b")

    @Test("What says the same is said once, and to whom it concerns")
    func gathers() throws {
        let agent = try #require(AgentID("one"))
        let id = ExecutionID(uuid: UUID())
        var outbox = ClusterOutbox()
        outbox.order([agent], at: self.a)
        outbox.order([agent], at: self.a)
        outbox.call(.cancel(id, agent: agent, isForced: true), at: nil)
        for _ in 0..<3 { outbox.note(.logEnded(id, totalBytes: 1, isTruncated: false)) }
        outbox.note(.agentChanged(agent))
        for _ in 0..<2 { outbox.note(.approvalsChanged) }
        outbox.note(.groupsChanged)
        let messages = outbox.take(for: [self.a, self.b], withNews: true)
        let common: [ClusterMessage] = [
            .cancel(id, agent: agent, isForced: true), .configuration, .output([id]), .agents([agent]),
            .approvals,
        ]
        #expect(messages.filter { $0.server == self.a }.map(\.message) == [.orders([agent])] + common)
        #expect(messages.filter { $0.server == self.b }.map(\.message) == common)
        #expect(outbox.take(for: [self.a, self.b], withNews: true).isEmpty)
    }

    @Test("What is only shown waits, and nobody else does")
    func hurry() throws {
        let agent = try #require(AgentID("one"))
        var outbox = ClusterOutbox()
        outbox.note(.agentChanged(agent))
        outbox.order([agent], at: self.a)
        #expect(outbox.take(for: [self.a], withNews: false).map(\.message) == [.orders([agent])])
        #expect(outbox.hasNews)
        #expect(outbox.take(for: [self.a], withNews: true).map(\.message) == [.agents([agent])])
        #expect(!outbox.hasNews)
    }

    @Test("Of too much news only that there was news is told")
    func bound() {
        var outbox = ClusterOutbox()
        for _ in 0..<6000 { outbox.note(.logEnded(ExecutionID(uuid: UUID()), totalBytes: 1, isTruncated: false)) }
        let messages = outbox.take(for: [self.a], withNews: true).map(\.message)
        #expect(messages.contains(.gap))
        #expect(messages.count == 2, "and what came after that")
    }

    @Test("Messages survive being written and read, and what is not known is passed over")
    func coding() throws {
        let agent = try #require(AgentID("one"))
        let id = ExecutionID(uuid: UUID())
        for message in [
            ClusterMessage.orders([agent]), .cancel(id, agent: agent, isForced: false),
            .disconnect(agent, reason: "deleted"), .configuration, .executions([id]), .output([id]), .agents([agent]),
            .gap,
        ] {
            #expect(ClusterFollower.message(try ClusterFollower.text(of: message)) == message)
        }
        #expect(ClusterFollower.message(#"{"later":{}}"#) == nil)
    }

    @Test("A roster tells what is new, what has gone and what another server has by now")
    func roster() throws {
        let one = try #require(AgentID("one"))
        let two = try #require(AgentID("two"))
        let presence = AgentPresence(
            connectedAt: Timestamp(milliseconds: 1),
            lastHeartbeat: Timestamp(milliseconds: 2),
            configVersion: 3,
            address: "192.0.2.1"
        )
        let session = ClusterRoster.Session(epoch: 4, presence: presence)
        var roster = ClusterRoster()
        #expect(roster.news(of: [one: session]).changed == [one: session])
        roster.told([one: session])
        #expect(roster.news(of: [one: session]).changed.isEmpty)
        #expect(roster.news(of: [:]).gone == [one: 4])
        roster.forgetTold()
        #expect(roster.news(of: [one: session]).changed == [one: session])

        let elsewhere = ClusterRoster.Session(epoch: 5, presence: presence)
        #expect(roster.take([one: .init(server: self.b, session: elsewhere)]) == [one])
        #expect(roster.take([one: .init(server: self.b, session: elsewhere)]).isEmpty)
        #expect(roster.overtaken(of: [one: session, two: session]) == [one: 5])
        #expect(roster.presences(with: [two: presence]).keys.sorted() == [one, two])
        #expect(roster.take([:]) == [one])
    }
}
