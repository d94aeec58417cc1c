// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Synchronization

/// Gives memory back to the system when a host has had nothing to do for a while.
///
/// Most of what an agent has in memory are pages of its program and of libraries that it needed once, at its start. While it
/// has something to do they are left alone, so work does not pay for this.
final class IdleMemory: Sendable {
    private let patience: Duration
    private let release: @Sendable () -> Void
    private let activity = Atomic<Int>(0)
    private let signal: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - patience: how long nothing has to happen.
    ///   - release: gives memory back.
    init(patience: Duration = .seconds(4), release: @escaping @Sendable () -> Void = { flow_release_memory() }) {
        self.patience = patience
        self.release = release
        (self.signal, self.arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something is done.
    func noteActivity() {
        self.activity.wrappingAdd(1, ordering: .relaxed)
        self.arrived.yield()
    }

    /// Works until cancelled; sleeps for as long as nothing happens.
    func run() async {
        for await _ in self.signal {
            var seen: Int
            repeat {
                seen = self.activity.load(ordering: .relaxed)
                try? await Task.sleep(for: self.patience)
                guard !Task.isCancelled else { return }
            } while seen != self.activity.load(ordering: .relaxed)
            self.release()
        }
    }
}
