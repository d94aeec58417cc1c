// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One look at what other servers have to say: in which order it is taken, followed and heard.
///
/// What was changed before something was ordered is followed first: an order after the end of a maintenance must not meet a
/// host that has not heard of the end. Messages are taken by then, so they are heard even if nothing could be followed.
struct ClusterHearing {
    /// Messages taken at once.
    let limit: Int
    let take: (Int) async throws -> [String]
    /// Brings this server to what any has changed.
    let follow: () async throws -> Void
    let hear: (String) async -> Void

    func round() async throws {
        var count: Int
        repeat {
            let messages = try await self.take(self.limit)
            count = messages.count
            var failure: (any Error)?
            do { try await self.follow() } catch { failure = error }
            for message in messages { await self.hear(message) }
            if let failure { throw failure }
        } while count == self.limit
    }
}
