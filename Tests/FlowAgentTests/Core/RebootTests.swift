// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Jobs that run after a boot")
struct RebootTests {
    private static let uid = JobUID(bytes: [UInt8](repeating: 7, count: 16))!
    /// 2026-01-01T00:00:00Z in microseconds.
    private static let boot: Int64 = 1_767_225_600_000_000

    private func core(cursor: Timestamp, uptime: Int64) -> (AgentCore, ClockReading) {
        let job = JobSnapshot(
            uid: Self.uid,
            id: 1,
            version: 1,
            name: "after-boot",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .cron(expression: "@reboot", timeZone: "UTC", dst: .debian),
            policies: Policies(),
            isEnabled: true
        )
        let restored = LedgerSnapshot(incarnation: "one", jobs: [job], cursors: [Self.uid: cursor])
        let reading = ClockReading(boot: uptime, wall: Self.boot + uptime)
        let configuration = AgentCore.Configuration(
            agent: AgentID("agent-1")!,
            bootID: "boot",
            version: "test",
            hostname: "host",
            operatingSystem: "none"
        )
        return (AgentCore(configuration: configuration, restored: restored, reading: reading), reading)
    }

    private func admitted(_ effects: [AgentEffect]) -> [LedgerEntry] {
        effects.flatMap { effect -> [LedgerOperation] in
            if case .commit(let operations) = effect { operations } else { [] }
        }.compactMap { operation in
            if case .insert(let entry, _) = operation { entry } else { nil }
        }
    }

    @Test("An @reboot job fires once after a boot, with the boot as its nominal time (semantics 8)")
    func firesOnce() throws {
        let yesterday = Timestamp(milliseconds: Self.boot / 1000 - 86_400_000)
        var (core, reading) = self.core(cursor: yesterday, uptime: 20_000_000)
        let entries = self.admitted(core.handle(.started, at: reading))
        let entry = try #require(entries.first)
        #expect(entries.count == 1)
        #expect(entry.order.nominal == Timestamp(milliseconds: Self.boot / 1000))
        #expect(entry.status == .running)
    }

    @Test("An agent that restarts within a boot does not fire it again")
    func doesNotFireTwice() {
        // The clock was corrected by two seconds since the first start.
        let cursor = Timestamp(milliseconds: Self.boot / 1000 - 2000)
        var (core, reading) = self.core(cursor: cursor, uptime: 3_600_000_000)
        #expect(self.admitted(core.handle(.started, at: reading)).isEmpty)
    }

    @Test("A job that became known after the boot waits for the next one")
    func waitsForTheNextBoot() {
        let later = Timestamp(milliseconds: Self.boot / 1000 + 600_000)
        var (core, reading) = self.core(cursor: later, uptime: 3_600_000_000)
        #expect(self.admitted(core.handle(.started, at: reading)).isEmpty)
    }
}
