// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowScheduler

@Suite("In which order a server hears what others say")
struct ClusterHearingTests {
    private final class Log {
        var lines: [String] = []
        var messages: [String]
        init(_ messages: [String]) { self.messages = messages }

        func hearing(failing: Bool = false) -> ClusterHearing {
            ClusterHearing(
                limit: 2,
                take: { limit in
                    let taken = Array(self.messages.prefix(limit))
                    self.messages.removeFirst(taken.count)
                    return taken
                },
                follow: {
                    self.lines.append("followed")
                    if failing { throw CoreError(.unavailable, "away") }
                },
                hear: { self.lines.append($0) }
            )
        }
    }

    @Test("Changes are followed before an order is heard that was made after them, and without any order as well")
    func changesFirst() async throws {
        let log = Log(["order 1", "order 2", "order 3"])
        try await log.hearing().round()
        #expect(log.lines == ["followed", "order 1", "order 2", "followed", "order 3"])
        let quiet = Log([])
        try await quiet.hearing().round()
        #expect(quiet.lines == ["followed"])
    }

    @Test("What was taken is heard although the changes could not be followed, and that is said")
    func heardAnyway() async {
        let log = Log(["order 1"])
        await #expect(throws: CoreError.self) { try await log.hearing(failing: true).round() }
        #expect(log.lines == ["followed", "order 1"])
    }
}
