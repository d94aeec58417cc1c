// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowProcess
import Logging
import Synchronization

/// Holds back the end of a container's attempt until the container is gone.
///
/// An engine's server starts containers, not the runner: when the program that looks after one is killed, or lost, its
/// container goes on. "Stopped" is said when it has stopped, or with the words that it may not have.
final class ContainerEnds: Sendable {
    private let engine: ContainerEngine?
    private let logger: Logger
    private let open = Mutex<Set<AttemptKey>>([])

    /// - Parameter engine: nil where the host has none.
    init(engine: ContainerEngine?, logger: Logger) {
        self.engine = engine
        self.logger = logger
    }

    /// An attempt that has a container from now on.
    func watch(_ key: AttemptKey) { self.open.withLock { _ = $0.insert(key) } }

    /// Passes events on, ends of lost containers later than others.
    func pass(_ events: [(AttemptKey, AttemptEvent)], to handler: @escaping AttemptHandler) {
        var ready: [(AttemptKey, AttemptEvent)] = []
        for (key, event) in events {
            guard case .ended(let end) = event, self.open.withLock({ $0.remove(key) != nil }), let engine,
                // A program that ended by itself has removed its container.
                end.exitCode == nil
            else {
                ready.append((key, event))
                continue
            }
            let name = Self.name(of: key)
            Task { [logger] in
                var end = end
                if let words = await engine.remove(name) {
                    let said = "the container \(name) may still be there: \(words)"
                    end.detail = end.detail.map { "\($0); \(said)" } ?? said
                    logger.warning("a container could not be removed", metadata: ["container": "\(name)"])
                }
                handler([(key, .ended(end))])
            }
        }
        if !ready.isEmpty { handler(ready) }
    }

    /// Removes containers of an earlier agent on this data directory, but for those of attempts that go on or have begun.
    ///
    /// - Parameter mark: the value of the agent's label.
    func removeOthers(of mark: String) {
        guard let engine else { return }
        Task { [logger] in
            guard let found = await engine.names(label: "\(ContainerPayload.agentLabel)=\(mark)") else {
                logger.notice("the container engine does not say what an earlier agent has left")
                return
            }
            // Looked at after the engine has answered: whatever it knows of this agent is watched by then.
            let kept = Set(self.open.withLock { $0 }.map(Self.name))
            for name in found where !kept.contains(name) {
                let words = await engine.remove(name)
                logger.notice(
                    "removed a container that an earlier agent had left",
                    metadata: ["container": "\(name)", "error": "\(words ?? "none")"]
                )
            }
        }
    }

    private static func name(of key: AttemptKey) -> String {
        ContainerPayload.containerName(execution: key.id.description, attempt: key.attempt)
    }
}
