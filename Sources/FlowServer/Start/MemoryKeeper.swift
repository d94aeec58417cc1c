// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowStore
import FlowSupport
import ServiceLifecycle

/// Gives memory back to the system when a busy time is over: pages of the database that were kept for it, and what the
/// allocator kept of them.
///
/// A database that is in use needs its pages soon again, so nothing is done while there is much to do.
struct MemoryKeeper: Service {
    let store: DatabaseStore
    private static let interval = Duration.seconds(10)
    /// Commits within an interval; what hosts on which nothing happens say is less.
    private static let busy: Int64 = 50

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var watch = QuietWatch(fewerThan: Self.busy)
            while (try? await Task.sleep(for: Self.interval)) != nil {
                guard watch.look(self.store.commits) else { continue }
                // Nothing is lost with a try that fails: it is about memory only.
                try? await self.store.giveBackMemory()
                flow_release_memory()
            }
        }
    }
}
