// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Synchronization

/// Whether a server that listens already may answer, too.
///
/// Ports are bound before anything durable happens, so that a start on a taken port changes nothing. What follows, the first
/// administrator for one, has to be there before people are answered: someone who signs in a moment earlier would be told
/// that the password is wrong.
package final class Startup: Sendable {
    private let finished: Atomic<Bool>

    package init(isFinished: Bool = false) { self.finished = Atomic(isFinished) }

    package var isFinished: Bool { self.finished.load(ordering: .acquiring) }

    /// From now on requests are answered.
    package func finish() { self.finished.store(true, ordering: .releasing) }

    /// The refusal until then; load balancers and scripts come again.
    func requireFinished() throws {
        guard !self.isFinished else { return }
        throw APIFailure(
            .serviceUnavailable,
            "unavailable",
            "The server is starting. Try again in a second.",
            headers: [.retryAfter: "1"]
        )
    }
}
