// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import Testing

@Suite("What heartbeats say of running executions")
struct RunningWatchTests {
    private static let first = AgentID("first")!
    private static let second = AgentID("second")!

    private static func id(_ number: UInt8) -> ExecutionID {
        ExecutionID(bytes: [UInt8](repeating: 0, count: 15) + [number])!
    }

    private static func presence(heartbeat: Int64, _ running: [ExecutionID]) -> AgentPresence {
        AgentPresence(
            connectedAt: Timestamp(seconds: 100),
            lastHeartbeat: Timestamp(seconds: 100 + heartbeat * 15),
            configVersion: 1,
            running: running,
            address: "test"
        )
    }

    @Test(
        "What two heartbeats in a row miss is asked about, what two more miss is lost, and each heartbeat counts once"
    )
    func asksThenLoses() {
        var watch = RunningWatch()
        var asked: [ExecutionID] = []
        var lost: [ExecutionID] = []
        for heartbeat in [1, 1, 2, 2, 3, 4, 4] as [Int64] {
            let findings = watch.look(
                at: [Self.first: Self.presence(heartbeat: heartbeat, [Self.id(2)])],
                recorded: [Self.first: [Self.id(1), Self.id(2)]]
            )
            asked += findings.ask
            lost += findings.lost
            if heartbeat < 2 { #expect(asked.isEmpty) }
            if heartbeat < 4 { #expect(lost.isEmpty) }
        }
        #expect(asked == [Self.id(1)] && lost == [Self.id(1)])
    }

    @Test(
        "A host that names another's execution keeps that one from nothing, and its own are missed all the same (R14)"
    )
    func speaksForItsOwn() {
        var watch = RunningWatch()
        var lost: [ExecutionID] = []
        for heartbeat in 1...4 as ClosedRange<Int64> {
            let findings = watch.look(
                at: [
                    Self.first: Self.presence(heartbeat: heartbeat, [Self.id(2)]),
                    Self.second: Self.presence(heartbeat: heartbeat, []),
                ],
                recorded: [Self.first: [Self.id(1)], Self.second: [Self.id(2)]]
            )
            lost += findings.lost
        }
        #expect(Set(lost) == [Self.id(1), Self.id(2)])
    }

    @Test("A new connection begins to count anew")
    func beginsAnew() {
        var watch = RunningWatch()
        for heartbeat in 1...3 as ClosedRange<Int64> {
            _ = watch.look(
                at: [Self.first: Self.presence(heartbeat: heartbeat, [])],
                recorded: [Self.first: [Self.id(1)]]
            )
        }
        var again = Self.presence(heartbeat: 4, [])
        again.connectedAt = Timestamp(seconds: 150)
        let findings = watch.look(at: [Self.first: again], recorded: [Self.first: [Self.id(1)]])
        #expect(findings.ask.isEmpty && findings.lost.isEmpty)
    }
}
