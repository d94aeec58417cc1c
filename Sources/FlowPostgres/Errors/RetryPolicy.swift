// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// When a transaction is tried again after a failure.
///
/// Only what is certain to have changed nothing and may pass by itself: a deadlock, a serialisation failure, a lock that was
/// not to be had, a connection that was lost or refused. A COMMIT of unknown outcome is never repeated here: whoever
/// asked reads what became of it.
package struct RetryPolicy: Hashable, Sendable {
    /// Tries in all.
    package var attempts: Int
    /// The first wait, in milliseconds; each further one may be twice as long, up to ``longest``.
    package var shortest: Int
    package var longest: Int

    package init(attempts: Int = 5, shortest: Int = 10, longest: Int = 400) {
        self.attempts = attempts
        self.shortest = shortest
        self.longest = longest
    }

    package static let never = RetryPolicy(attempts: 1)

    /// - Parameters:
    ///   - attempt: how many tries were made, from 1.
    ///   - chance: 0 to 1, so that those who failed together do not come again together.
    /// - Returns: how long to wait before the next try; nil = give up.
    package func delay(after error: PostgresError, attempt: Int, chance: Double) -> Duration? {
        guard attempt < self.attempts, Self.mayPass(error) else { return nil }
        let ceiling = min(Double(self.longest), Double(self.shortest) * Double(1 << min(attempt, 20)))
        let milliseconds = Double(self.shortest) + chance * max(0, ceiling - Double(self.shortest))
        return .microseconds(Int64(milliseconds * 1000))
    }

    static func mayPass(_ error: PostgresError) -> Bool {
        switch error.code {
        case .disconnected: error.state.map { $0.endsConnection || $0 == .readOnlyTransaction } ?? true
        case .refused: error.state.map { $0.isTransient || $0.endsConnection } ?? false
        case .commitUnknown, .deadline, .exhausted, .closed, .badAddress, .misuse: false
        }
    }
}
