// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowRunner
import Foundation
import Glibc

/// Ends what runs on a data directory, for whoever is not the agent itself.
package struct HostEnd: Sendable {
    private let dataDirectory: String
    /// What jobs get between SIGTERM and SIGKILL; milliseconds.
    private static let grace: UInt32 = 10_000

    package init(dataDirectory: String) { self.dataDirectory = dataDirectory }

    /// The process id of an agent that works on the directory, from its pid file.
    package var agent: Int32? {
        guard let text = try? String(contentsOfFile: self.dataDirectory + "/agent.pid", encoding: .utf8),
            let pid = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)), pid != getpid(), self.isLocked
        else { return nil }
        return pid
    }

    /// Whether an agent lives.
    ///
    /// A pid alone proves nothing, it may belong to somebody else by now; but only who held the lock has written the file.
    private var isLocked: Bool {
        let descriptor = open(self.dataDirectory + "/agent.lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flow_try_lock(descriptor) == EWOULDBLOCK
    }

    /// Asks the agent to end its jobs and itself.
    ///
    /// Looks again and again, as nothing tells one process of the end of another that is not its child.
    ///
    /// - Returns: whether it has.
    package func stopAgent(_ pid: Int32) async -> Bool {
        kill(pid, SIGINT)
        for _ in 0..<600 {
            if !self.isLocked { return true }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// Ends what runners without an agent still run.
    ///
    /// How it ended stays on the disk for the next agent.
    ///
    /// - Returns: how many runners there were.
    /// - Throws: `CoreError` when one does not end.
    package func stopRunners() async throws -> Int {
        var links: [RunnerLink] = []
        for (index, directory) in RunnerDirectory.all(in: self.dataDirectory).enumerated() {
            guard directory.isHeld,
                let link = try RunnerLink.open(directory, number: index, limits: RunnerLimits())
            else { continue }
            var writer = ByteWriter()
            RunnerCoding.append(.stop(graceMilliseconds: Self.grace), to: &writer)
            link.append(writer.bytes)
            _ = link.send()
            // It notices that nobody is there any more, and ends with its jobs.
            link.close()
            links.append(link)
        }
        let end = ContinuousClock.now + .milliseconds(Int64(Self.grace) + 5000)
        for link in links {
            while link.directory.isHeld {
                guard ContinuousClock.now < end else {
                    throw CoreError(.unavailable, "the runner (process \(link.pid)) does not get its jobs to end")
                }
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
        return links.count
    }
}
