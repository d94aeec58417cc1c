// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess
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
        let arguments = [
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
        let child = try self.start(arguments, environment: environment)
        let (news, continuation) = AsyncStream<ChildProcess.End>.makeStream()
        // Apart from this task, which may be cancelled before the end comes.
        Task {
            continuation.yield(await child.end())
            continuation.finish()
        }
        for await end in news { return self.logger.warning("the local agent ended", metadata: ["end": "\(end)"]) }
        child.signal(SIGINT)
        await self.waitForEnd {
            child.ended == nil
        } kill: {
            child.signal(SIGKILL)
        }
    }

    private func start(_ arguments: [String], environment: [String: String]? = nil) throws -> ChildProcess {
        try ChildProcess(
            self.program,
            arguments,
            environment: environment,
            streams: .init(output: STDOUT_FILENO, error: STDERR_FILENO)
        )
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
            await self.waitForEnd {
                kill(pid, 0) == 0
            } kill: {
                kill(pid, SIGKILL)
            }
        }
        await self.endRunners()
    }

    /// Jobs outlive an agent that was killed: without one there is nobody else to end them.
    private func endRunners() async {
        let runners = (try? FileManager.default.contentsOfDirectory(atPath: self.directory + "/runners")) ?? []
        guard !runners.isEmpty else { return }
        do {
            _ = try await self.start(["agent", "stop", "--data-dir", self.directory]).end()
        } catch {
            self.logger.error("cannot end the local agent's jobs", metadata: ["error": "\(error)"])
        }
    }

    /// Waits up to 20 s, as its jobs may take 10 s to end, then kills.
    private func waitForEnd(
        while isRunning: @escaping @Sendable () -> Bool,
        kill: @escaping @Sendable () -> Void
    ) async {
        // Detached from the cancelled task, whose sleeps would end at once.
        await Task.detached {
            for _ in 0..<400 where isRunning() { try? await Task.sleep(for: .milliseconds(50)) }
            if isRunning() { kill() }
        }.value
    }
}
