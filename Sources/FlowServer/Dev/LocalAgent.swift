// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Foundation
package import Logging
import ServiceLifecycle
import Synchronization

/// Keeps an agent process on this host for `dev`: enrols it like any other, restarts it, ends it with the server.
package struct LocalAgent: Service {
    private let access: ServerAccess
    private let program: String
    private let directory: String
    private let logger: Logger
    private static let pause = Duration.milliseconds(500)

    /// - Parameters:
    ///   - access: the server the agent belongs to.
    ///   - program: path of `quicflow`.
    ///   - directory: the agent's data directory.
    ///   - logger: hears when the agent dies.
    package init(access: ServerAccess, program: String, directory: String, logger: Logger) {
        self.access = access
        self.program = program
        self.directory = directory
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepRunning() }
        await self.endSurvivor()
    }

    private func keepRunning() async {
        while !Task.isCancelled {
            do {
                // A server that was killed leaves its agent alone; the next one lets it be and takes over when it ends.
                if self.survivor() == nil { try await self.runOnce() }
            } catch {
                self.logger.error("the local agent does not start", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// Starts the agent and waits for its end.
    private func runOnce() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: self.program)
        process.arguments = [
            "agent", "run", "--server", "127.0.0.1:\(self.access.agentsPort)", "--data-dir", self.directory,
            "--name", "local",
        ]
        var environment = ProcessInfo.processInfo.environment
        // Not an argument: those are there for everybody to read.
        environment["QUARTZFLOW_JOIN_TOKEN"] = try await self.access.createToken(
            groups: [],
            lifetimeMilliseconds: 300_000,
            at: SystemWallClock().now
        )
        process.environment = environment
        let (ended, continuation) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        try process.run()
        let pid = process.processIdentifier
        let status = await withTaskCancellationHandler {
            for await status in ended { return Optional(status) }
            return nil
        } onCancel: {
            kill(pid, SIGINT)
        }
        if Task.isCancelled {
            await self.waitForEnd(of: pid)
        } else {
            self.logger.warning("the local agent ended", metadata: ["status": "\(status ?? -1)"])
        }
    }

    /// The process id of an agent that works on our directory, from its pid file.
    private func survivor() -> Int32? {
        guard let text = try? String(contentsOfFile: self.directory + "/agent.pid", encoding: .utf8),
            let pid = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)),
            let command = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
        else { return nil }
        // A pid alone proves nothing: it may belong to somebody else by now.
        let arguments = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return arguments.contains(self.directory) && arguments.contains("agent") ? pid : nil
    }

    private func endSurvivor() async {
        if let pid = self.survivor() {
            kill(pid, SIGINT)
            await self.waitForEnd(of: pid)
        }
        await self.endRunners()
    }

    /// Jobs outlive an agent that was killed: without one there is nobody else to end them.
    private func endRunners() async {
        let runners = (try? FileManager.default.contentsOfDirectory(atPath: self.directory + "/runners")) ?? []
        guard !runners.isEmpty else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: self.program)
        process.arguments = ["agent", "stop", "--data-dir", self.directory]
        process.standardOutput = FileHandle.nullDevice
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in continuation.finish() }
        do {
            try process.run()
            // Detached as above.
            await Task.detached { for await _ in ended {} }.value
        } catch {
            self.logger.error("cannot end the local agent's jobs", metadata: ["error": "\(error)"])
        }
    }

    /// Waits up to 20 s, as its jobs may take 10 s to end, then kills.
    private func waitForEnd(of pid: Int32) async {
        // Detached from the cancelled task, whose sleeps would end at once.
        await Task.detached {
            for _ in 0..<400 where kill(pid, 0) == 0 { try? await Task.sleep(for: .milliseconds(50)) }
            if kill(pid, 0) == 0 { kill(pid, SIGKILL) }
        }.value
    }
}
