// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Logging

/// Whether the store takes writes, asked at most every few seconds however often readiness is.
actor StorageProbe {
    private let store: any Store
    private let clock: any WallClock
    private var last: (at: Timestamp, failure: String?)?
    private let logger: Logger
    private static let interval: Int64 = 5000

    init(store: any Store, clock: any WallClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// - Returns: nil when it does; otherwise why not.
    func failure() async -> String? {
        let now = self.clock.now
        if let last, abs(now.milliseconds(since: last.at)) < Self.interval { return last.failure }
        // Noted before the answer: whoever asks meanwhile gets the last one, not a write of their own.
        self.last = (now, self.last?.failure)
        do {
            try await self.store.probe(at: now)
            self.last = (now, nil)
        } catch {
            self.logger.error("not ready: the store takes no writes", metadata: ["error": "\(error)"])
            // Anybody may ask: what a database says of hosts, users and files is for the log.
            self.last = (now, "nothing can be stored now; the server's log says why")
        }
        return self.last?.failure
    }
}
