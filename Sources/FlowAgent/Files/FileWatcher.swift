// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
package import FlowCore
import FlowSupport
import Foundation
package import Logging
import ServiceLifecycle
import Synchronization

/// Looks for files that are to start tasks, and tells a server of them (T4): drives a ``FileWatchCore``.
///
/// What it has seen and not told is durable before it is told, so that neither a restart nor a time without a server loses a file or
/// tells of one as if it were another.
package final class FileWatcher: Service {
    /// Gives a message to the link; throws when there is none.
    package typealias Sender = @Sendable (AgentMessage) async throws -> Void

    private struct State {
        var core: FileWatchCore
        /// A server is there that takes events.
        var isWelcome = false
        /// When what is waiting was said last; boot clock, milliseconds.
        var saidAt = Int64.min / 2
        /// The sequences that were said then.
        var said: Int64 = 0
    }

    private let state: Mutex<State>
    private let path: String?
    private let policy: HostPolicy
    private let interval: Duration
    private let sender = Mutex<Sender?>(nil)
    /// One writes at a time.
    private let writing = Mutex(())
    private let logger: Logger
    private let alarm = Alarm()
    /// Said again when no server has taken it for so long; milliseconds.
    private static let patience: Int64 = 15_000
    /// Events of one message.
    private static let perMessage = 100

    /// - Parameters:
    ///   - dataDirectory: where it is remembered; nil = nowhere.
    ///   - interval: between two looks.
    package init(
        dataDirectory: String?,
        policy: HostPolicy,
        interval: Duration = .seconds(2),
        logger: Logger
    ) {
        self.path = dataDirectory.map { $0 + "/file-watches.json" }
        self.policy = policy
        self.interval = interval
        self.logger = logger
        let data = self.path.flatMap { FileManager.default.contents(atPath: $0) }
        // What can't be read is as good as nothing: what is there then counts as having been there.
        let core = data.flatMap { try? JSONDecoder().decode(FileWatchCore.self, from: $0) }
        self.state = Mutex(State(core: core ?? FileWatchCore()))
    }

    package var pending: [FileEvent] { self.state.withLock { $0.core.outbox } }
    package var watches: [FileWatch] { self.state.withLock { $0.core.watches } }

    package func attach(_ sender: @escaping Sender) { self.sender.withLock { $0 = sender } }

    /// Takes what the link says.
    package func take(_ event: LinkEvent) {
        var isNew = false
        switch event {
        case .received(.fileWatches(let watches)):
            isNew = self.state.withLock { state in
                state.isWelcome = true
                state.saidAt = .min / 2
                return state.core.take(watches)
            }
        case .received(.filesTaken(let sequences)):
            isNew = self.state.withLock { state in
                state.saidAt = .min / 2
                return state.core.taken(sequences)
            }
        case .connected, .disconnected: self.state.withLock { $0.isWelcome = false }
        default: return
        }
        if isNew { self.keep() }
        self.alarm.ring()
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = HostClock.read()
                self.look(boot: now.boot / 1000, now: Timestamp(milliseconds: now.wall / 1000))
                await self.tell(boot: now.boot / 1000)
                let rests = self.state.withLock { $0.core.watches.isEmpty && $0.core.outbox.isEmpty }
                await self.alarm.wait(for: rests ? nil : self.interval)
            }
        }
    }

    /// Looks at every place once.
    package func look(boot: Int64, now: Timestamp) {
        var isNew = false
        for watch in self.watches {
            let look = FileLook.at(watch.trigger, policy: self.policy, most: FileWatchCore.fileLimit)
            let changed = self.state.withLock { state in
                switch look {
                case .files(let files): state.core.saw(files, of: watch.hook, boot: boot, now: now)
                case .refused(let why): state.core.failed(why, of: watch.hook, now: now)
                }
            }
            if changed, case .refused(let why) = look {
                self.logger.warning(
                    "files can't be looked for",
                    metadata: ["path": "\(watch.trigger.path)", "why": "\(why)"]
                )
            }
            isNew = isNew || changed
        }
        if isNew { self.keep() }
    }

    /// Says what no server has taken yet, if one is there.
    package func tell(boot: Int64) async {
        let events = self.state.withLock { state -> [FileEvent] in
            let waiting = Array(state.core.outbox.prefix(Self.perMessage))
            guard state.isWelcome, let newest = waiting.last?.sequence else { return [] }
            guard newest != state.said || boot - state.saidAt >= Self.patience else { return [] }
            state.said = newest
            state.saidAt = boot
            return waiting
        }
        guard !events.isEmpty else { return }
        do { try await self.sender.withLock({ $0 })?(.files(events)) } catch {
            // There is no connection; the next one begins with what is to be looked for.
            self.state.withLock { $0.isWelcome = false }
        }
    }

    private func keep() {
        guard let path else { return }
        self.writing.withLock { _ in
            let core = self.state.withLock { $0.core }
            do {
                let file = try AtomicFile(path)
                try file.write(JSONEncoder().encode(core))
                try file.finish()
            } catch {
                self.logger.error("can't remember which files were seen", metadata: ["error": "\(error)"])
            }
        }
    }
}
