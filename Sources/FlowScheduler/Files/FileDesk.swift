// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// What hosts are to look for, as this server knows it, and who takes what they have seen (T4).
///
/// A cache: sessions ask it twice a second.
package final class FileDesk: Sendable {
    package typealias Taker = @Sendable ([FileEvent], AgentID) async throws -> [Int64]

    private let watches = Mutex<[AgentID: [FileWatch]]?>(nil)
    private let taker = Mutex<Taker?>(nil)

    package init() {}

    /// What one host is to look for; nil before it is known.
    package func watches(of agent: AgentID) -> [FileWatch]? { self.watches.withLock { $0.map { $0[agent] ?? [] } } }

    package func set(_ watches: [AgentID: [FileWatch]]) { self.watches.withLock { $0 = watches } }

    package func setTaker(_ taker: @escaping Taker) { self.taker.withLock { $0 = taker } }

    /// - Returns: the sequences of those that need not be told again.
    func take(_ events: [FileEvent], of agent: AgentID) async throws -> [Int64] {
        guard let taker = self.taker.withLock({ $0 }) else { return [] }
        return try await taker(events, agent)
    }
}
