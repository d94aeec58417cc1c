// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess
import Foundation
import Synchronization

/// Runs one container by the engine's command, in the foreground, and removes it.
///
/// What it says goes to the job's output as it comes and nowhere else (`--log-driver none`): an engine's own log would keep
/// what is masked there. When the job is to stop, the container is asked to end, as its image says, and killed some seconds
/// later, before the runner kills this process; what is left even then its agent removes.
struct ContainerWork {
    private let engine: ContainerEngine
    private let container: ContainerPayload
    private let order: WorkOrder
    private let stop: StopSignal
    private let name: String

    /// How long a container may take to end after it was asked to; seconds.
    ///
    /// Less than what the runner gives this process (10).
    private static let grace = 7

    /// - Throws: ``WorkFailure`` when the host has no engine.
    init(order: WorkOrder, container: ContainerPayload, stop: StopSignal) throws {
        guard let engine = ContainerEngine.find(order.policy.containers.engine) else {
            throw WorkFailure(.trouble, "this host has no container engine: install Podman or Docker")
        }
        self.engine = engine
        self.container = container
        self.order = order
        self.stop = stop
        self.name = ContainerPayload.containerName(execution: order.executionID, attempt: order.attempt)
    }

    /// - Parameter outputs: the file that the program in the container may write its outputs to.
    /// - Returns: the exit code of the program in the container; 125 when the engine could not run it.
    /// - Throws: ``WorkFailure`` when the engine can't be started, or was killed.
    func run(outputs: String?) throws -> Int32 {
        var container = self.container
        container.mounts = try self.resolvedMounts()
        let command = ContainerCommand(
            name: self.name,
            order: self.order,
            container: container,
            inherited: ProcessInfo.processInfo.environment,
            outputs: outputs
        )
        let child: ChildProcess
        do {
            child = try ChildProcess(
                self.engine.path,
                command.arguments,
                environment: command.environment,
                streams: .init(output: 1, error: 2)
            )
        } catch {
            throw WorkFailure(.trouble, "\(error)")
        }
        self.stop.onRaise { self.end(child) }
        let end = Self.wait { await child.end() }
        if self.stop.isRaised || end != .exited(0) {
            // An engine that was killed, or failed half-way, may have left it.
            let (engine, name) = (self.engine, self.name)
            if let words = Self.wait({ await engine.remove(name) }) {
                let said = "the container \(self.name) may still be there: \(words)"
                // What the program ended with is not lost over that.
                guard case .exited(let code) = end, code != WorkExit.engine.rawValue, !self.stop.isRaised else {
                    throw WorkFailure(.trouble, said)
                }
                WorkLog.complain(said)
            }
        }
        switch end {
        case .exited(let code): return code
        case .signalled(let number): throw WorkFailure(.trouble, "the engine's command was ended by signal \(number)")
        }
    }

    /// Asks the container to end, again and again: it may only just be made, or its image fetched.
    private func end(_ child: ChildProcess) {
        while child.ended == nil {
            let asked = try? ChildProcess(self.engine.path, ["stop", "--time", String(Self.grace), self.name])
            guard let asked else { return child.signal(SIGKILL) }
            // Nothing runs yet that could be asked: whoever fetches or makes it ends.
            if Self.wait({ await asked.end() }) != .exited(0), child.ended == nil {
                child.signal(SIGTERM)
                usleep(200_000)
            }
        }
    }

    /// Mounts by the paths that the policy was asked about, links followed: a link that is changed afterwards leads nowhere else.
    ///
    /// A directory that is not there Docker makes, as root, and Podman refuses: here it is an error.
    private func resolvedMounts() throws -> [ContainerPayload.Mount] {
        try self.container.mounts.map { mount in
            guard let real = realpath(mount.source, nil) else {
                let reason = String(cString: strerror(errno))
                throw WorkFailure(.trouble, "'\(mount.source)' can't be mounted: \(reason)")
            }
            defer { free(real) }
            var resolved = mount
            resolved.source = String(cString: real)
            guard ContainerPayload.isMountPath(resolved.source) else {
                throw WorkFailure(.trouble, "'\(mount.source)' leads to a path that can't be mounted")
            }
            if let refusal = self.order.policy.refusal(ofPath: resolved.source) { throw WorkFailure(.denied, refusal) }
            return resolved
        }
    }

    private static func wait<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<Value?>(nil)
        Task {
            let value = await work()
            result.withLock { $0 = value }
            done.signal()
        }
        done.wait()
        return result.withLock { $0! }
    }
}
