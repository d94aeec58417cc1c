// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Logging

/// Does the same in rounds for the life of a server; what fails is tried in the next round, and said once.
struct Rounds: Sendable {
    /// Names the work in the log.
    private let what: String
    private let interval: Duration
    private let logger: Logger
    private let wake: Alarm?

    /// - Parameters:
    ///   - interval: the pause between two rounds.
    ///   - wake: ends a pause early; not the one after a failure.
    init(of what: String, every interval: Duration, logger: Logger, wake: Alarm? = nil) {
        self.what = what
        self.interval = interval
        self.wake = wake
        self.logger = logger
    }

    /// Goes on until the task is cancelled.
    func run(_ body: () async throws -> Void) async {
        await self.rounds(endsWithSuccess: false, body)
    }

    /// Goes on until it worked once.
    func untilDone(_ body: () async throws -> Void) async {
        await self.rounds(endsWithSuccess: true, body)
    }

    private func rounds(endsWithSuccess: Bool, _ body: () async throws -> Void) async {
        var outage = Outage()
        while !Task.isCancelled {
            do {
                try await body()
                if outage.end() { self.logger.notice("\(self.what): works again") }
                if endsWithSuccess { return }
                if let wake {
                    await wake.wait(for: self.interval)
                    continue
                }
            } catch {
                if !Task.isCancelled, outage.begin() {
                    self.logger.warning("\(self.what): failed, and is tried again", metadata: ["error": "\(error)"])
                }
            }
            // Cancelling ends the pause, and the loop sees it.
            try? await Task.sleep(for: self.interval)
        }
    }
}
