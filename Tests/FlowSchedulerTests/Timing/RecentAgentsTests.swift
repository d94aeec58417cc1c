// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import Testing

@Suite("Agents that were there a moment ago")
struct RecentAgentsTests {
    private static let start = Timestamp(milliseconds: 1_795_255_200_000)
    private static let agent = AgentID("a")!

    @Test("After the start of the server nobody counts as away until the patience is over")
    func start() {
        var agents = RecentAgents(startedAt: Self.start)
        #expect(agents.recent(online: [], at: Self.start.advanced(byMilliseconds: 59_999)) == nil)
        #expect(agents.recent(online: [], at: Self.start.advanced(byMilliseconds: 60_000)) == [])
    }

    @Test("A reconnect is no absence, a minute without a connection is")
    func reconnect() {
        var agents = RecentAgents(startedAt: Self.start)
        let connected = Self.start.advanced(byMilliseconds: 100_000)
        #expect(agents.recent(online: [Self.agent], at: connected) == [Self.agent])
        #expect(agents.recent(online: [], at: connected.advanced(byMilliseconds: 59_999)) == [Self.agent])
        #expect(agents.recent(online: [], at: connected.advanced(byMilliseconds: 60_000)) == [])
        #expect(agents.recent(online: [Self.agent], at: connected.advanced(byMilliseconds: 60_001)) == [Self.agent])
    }
}
