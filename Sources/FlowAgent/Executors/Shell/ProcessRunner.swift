// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowAgentCore
import FlowCore
package import FlowProcess
import FlowRunner
import Foundation
import Logging
import Synchronization

/// A program an executor wants to run.
struct ProcessRequest: Hashable, Sendable {
    var key: AttemptKey
    var timeoutMilliseconds: UInt32
    var leavesProcesses = false
    var mask: UInt32?
    var niceness: Int32?
    /// Empty = 0 alone.
    var successCodes: [Int] = []
    var program: String
    var directory: String
    var arguments: [String]
    var environment: [String]
    /// What is masked in the output.
    var masked: [[UInt8]] = []
    /// What it and all that it starts may use together.
    var limits = GroupLimits()
    /// The scope of systemd that its program puts itself into; nil = none.
    var unit: String?
}

/// The agent's side of its runners: starts one, talks to it and to older ones that still have jobs, and starts another when
/// it dies.
///
/// One thread, the ``RunnerKeeper``'s, polls the sockets; calls from elsewhere only append to a queue and wake it.
package final class ProcessRunner: Sendable {
    /// Where the runner's program is and what it works for.
    package struct Configuration: Sendable {
        package var executable: String
        package var arguments: [String]
        package var dataDirectory: String
        /// How long to wait for the answer of an earlier runner, or its end; seconds.
        package var lockPatienceSeconds: Int
        var limits = RunnerLimits()
        /// The systemd that makes units for jobs, where there is one.
        package var serviceManager = ServiceManager.usual()

        /// The program beside the runner's that carries out what is no script; nil when it is not there.
        var workProgram: String? {
            let directory = self.executable[..<(self.executable.lastIndex(of: "/") ?? self.executable.startIndex)]
            let own = self.executable == "/proc/self/exe" ? Self.ownDirectory : String(directory)
            let path = (own ?? "") + "/quicflow-work"
            return access(path, X_OK) == 0 ? path : nil
        }

        private static var ownDirectory: String? {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map { path in
                String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            }
        }

        /// Without an executable it is the runner beside this program, else this program in the runner's role.
        package init(dataDirectory: String, executable: String? = nil, lockPatienceSeconds: Int = 60) {
            let own = "/proc/self/exe"
            let beside = Self.ownDirectory.map { $0 + "/quicflow-runner" }
            self.dataDirectory = dataDirectory
            self.lockPatienceSeconds = lockPatienceSeconds
            self.arguments = []
            if let executable {
                self.executable = executable
            } else if let beside, access(beside, X_OK) == 0 {
                self.executable = beside
            } else {
                self.executable = own
                self.arguments = ["runner"]
            }
        }
    }

    enum Phase: Hashable {
        case working
        /// Everything was told to end; until this instant it may take its time (monotonic microseconds).
        case stopping(until: Int64)
        /// The agent goes, what runs goes on; until this instant it hands over what is on its way (monotonic microseconds).
        case leaving(until: Int64)
        case down
    }

    /// What was handed to a runner under a token.
    struct Handed {
        let key: AttemptKey
        /// For the words of a failed start.
        let program: String
        let directory: String
        /// Empty = 0 alone.
        var successCodes: [Int] = []
    }

    /// Where an attempt is.
    struct Place: Hashable {
        let link: Int
        let token: UInt64
    }

    struct State {
        var outgoing: [Int: ByteWriter] = [:]
        var places: [AttemptKey: Place] = [:]
        var handed: [Place: Handed] = [:]
        /// Over and told; the runner keeps them until the ledger has them.
        var finished: [AttemptKey: Place] = [:]
        /// What runners have from an earlier agent, until it is adopted or discarded.
        var held: [AttemptKey: Place] = [:]
        var archives = RunnerArchives()
        /// The runner that takes what is new.
        var current = 0
        var nextToken: UInt64 = 1
        var phase = Phase.working
        var runnerPID: Int32 = 0
        /// Runners that end what has lost its lease though their agent is gone.
        var knowLeases: Set<Int> = []
        /// Runners that take other limits while they work.
        var knowLimits: Set<Int> = []
        /// How much output runners keep.
        var limits: RunnerLimits
        /// Who waits for the end.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: Configuration
    let logger: Logger
    let handler: AttemptHandler
    let dataID: String
    let wake: Int32
    let state: Mutex<State>

    init(configuration: Configuration, logger: Logger, handler: @escaping AttemptHandler) throws {
        self.configuration = configuration
        self.logger = logger
        self.handler = handler
        self.state = Mutex(State(limits: configuration.limits))
        self.dataID = try AgentDataID.of(directory: configuration.dataDirectory)
        self.wake = flow_make_event()
        guard self.wake >= 0 else { throw CoreError(.unavailable, "no descriptor left for the runner") }
    }

    deinit { close(self.wake) }

    /// The process id of the runner that takes what is new; 0 while there is none.
    package var runnerPID: Int32 { self.state.withLock { $0.runnerPID } }

    /// Finds the runners of earlier agents, or what they left, and starts one where none can go on.
    ///
    /// Afterwards ``adopt(_:)`` has to be called once: until then earlier attempts are not told of.
    ///
    /// - Throws: `CoreError` when an earlier runner neither answers nor ends, or ours does not start.
    package func start() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let thread = Thread { RunnerKeeper(owner: self).run(ready: continuation) }
            thread.name = "runners"
            thread.start()
        }
    }

    /// Attempts of earlier agents that a runner has, or the outcome of which lies on the disk.
    func isKnown(_ key: AttemptKey) -> Bool {
        self.state.withLock { $0.held[key] != nil || $0.archives.contains(key) }
    }

    /// Takes over attempts that are open in the ledger; everything about them is told from their beginning.
    ///
    /// What earlier runners have besides is in no ledger as running: it is ended and forgotten.
    func adopt(_ attempts: [Handed]) {
        let (archived, strangers) = self.state.withLock { state in
            var archived: [RunnerArchives.Entry] = []
            for attempt in attempts {
                if let place = state.held.removeValue(forKey: attempt.key) {
                    state.places[attempt.key] = place
                    state.handed[place] = attempt
                    state.append(.adopt(token: place.token), for: place.link)
                } else if let entry = state.archives.take(attempt.key) {
                    archived.append(entry)
                }
            }
            let strangers = state.held
            state.held = [:]
            for place in strangers.values { state.append(.discard(token: place.token), for: place.link) }
            state.archives.dropOthers()
            return (archived, strangers.count)
        }
        if strangers > 0 {
            self.logger.notice(
                "ended or forgot attempts that the ledger does not have as running",
                metadata: ["attempts": "\(strangers)"]
            )
        }
        flow_signal_event(self.wake)
        let names = Dictionary(attempts.map { ($0.key, $0) }) { first, _ in first }
        for entry in archived { entry.tell(names[entry.key], to: self.handler) }
    }

    /// The ends of these attempts are in the ledger: nobody has to remember them any more.
    func settled(_ keys: [AttemptKey]) {
        let isHeard = self.state.withLock { state in
            var isHeard = false
            for key in keys {
                state.archives.settled(key)
                guard let place = state.finished.removeValue(forKey: key) else { continue }
                state.append(.forget(token: place.token), for: place.link)
                isHeard = true
            }
            return isHeard
        }
        if isHeard { flow_signal_event(self.wake) }
    }

    /// Ends everything that runs, politely for as long as `grace`, and then the runners; attempts end as INTERRUPTED.
    ///
    /// Returns when all of it is over and has been told.
    package func stop(grace: Duration) async {
        let milliseconds = UInt32(clamping: grace.components.seconds * 1000)
        await self.end { state in
            for link in state.outgoing.keys { state.append(.stop(graceMilliseconds: milliseconds), for: link) }
            // The runner kills after the grace time; what it can't kill in another moment it never can.
            state.phase = .stopping(until: flow_monotonic_microseconds() + Int64(milliseconds) * 1000 + 3_000_000)
        }
    }

    /// Lets go of everything that runs: the runners go on with it, and the next agent takes over.
    ///
    /// What a runner does not take within two seconds (somebody has stopped it) the next agent finds to be interrupted.
    package func leave() async {
        await self.end { $0.phase = .leaving(until: flow_monotonic_microseconds() + 2_000_000) }
    }

    private func end(_ begin: @Sendable (inout State) -> Void) async {
        await withCheckedContinuation { continuation in
            let isDown = self.state.withLock { state in
                if state.phase == .down { return true }
                state.waiters.append(continuation)
                if state.phase == .working { begin(&state) }
                return false
            }
            flow_signal_event(self.wake)
            if isDown { continuation.resume() }
        }
    }

    func spawn(_ requests: [ProcessRequest]) {
        let refused = self.state.withLock { state -> [AttemptKey] in
            guard state.phase == .working else { return requests.map(\.key) }
            for request in requests {
                let place = Place(link: state.current, token: state.nextToken)
                state.nextToken += 1
                state.places[request.key] = place
                state.handed[place] = Handed(request)
                state.append(.spawn(self.message(request, token: place.token)), for: place.link)
            }
            return []
        }
        flow_signal_event(self.wake)
        guard !refused.isEmpty else { return }
        let now = flow_boot_microseconds()
        self.handler(
            refused.map { ($0, .ended(.interrupted("the agent was told to stop before it started", at: now))) }
        )
    }

    private func message(_ request: ProcessRequest, token: UInt64) -> SpawnRequest {
        SpawnRequest(
            token: token,
            execution: request.key.id.description,
            attempt: UInt32(clamping: request.key.attempt),
            timeoutMilliseconds: request.timeoutMilliseconds,
            leavesProcesses: request.leavesProcesses,
            mask: request.mask,
            niceness: request.niceness,
            program: request.program,
            directory: request.directory,
            arguments: request.arguments,
            environment: request.environment,
            masked: request.masked,
            limits: request.limits,
            unit: request.unit
        )
    }

    /// How much output runners keep of attempts that begin from now on.
    var limits: RunnerLimits { self.state.withLock { $0.limits } }

    /// Changes it, for runners that come and for those that are there.
    func setLimits(_ limits: RunnerLimits) {
        self.state.withLock { state in
            guard state.limits != limits else { return }
            state.limits = limits
            for link in state.knowLimits where state.outgoing[link] != nil {
                state.append(.hello(version: RunnerCoding.version, limits), for: link)
            }
        }
        flow_signal_event(self.wake)
    }

    /// Has the runner end an attempt unless this is said again in time.
    func lease(_ key: AttemptKey, milliseconds: Int64) {
        self.state.withLock { state in
            guard let place = state.places[key], state.knowLeases.contains(place.link) else { return }
            state.append(.lease(token: place.token, milliseconds: UInt32(clamping: milliseconds)), for: place.link)
        }
        flow_signal_event(self.wake)
    }

    /// Stops an attempt that was handed over and has not ended; others are not known here.
    func cancel(_ key: AttemptKey, force: Bool) {
        self.state.withLock { state in
            guard let place = state.places[key] else { return }
            state.append(.cancel(token: place.token, force: force), for: place.link)
        }
        flow_signal_event(self.wake)
    }
}

extension ProcessRunner.Handed {
    init(_ request: ProcessRequest) {
        self.init(
            key: request.key,
            program: request.program,
            directory: request.directory,
            successCodes: request.successCodes
        )
    }
}

extension ProcessRunner.State {
    mutating func append(_ request: RunnerRequest, for link: Int) {
        RunnerCoding.append(request, to: &self.outgoing[link, default: ByteWriter()])
    }

    /// What a notice means for the attempt it names; those of attempts that nobody asked for mean nothing.
    mutating func event(_ notice: RunnerNotice, on link: Int) -> (AttemptKey, AttemptEvent)? {
        func key(_ token: UInt64) -> AttemptKey? { self.handed[ProcessRunner.Place(link: link, token: token)]?.key }
        switch notice {
        case .holding, .ready: return nil
        case .started(let token, let at): return key(token).map { ($0, .started(at: at)) }
        case .output(let token, let stream, let bytes): return key(token).map { ($0, .output(.init(stream), bytes)) }
        case .skipped(let token, let bytes): return key(token).map { ($0, .skipped(Int64(clamping: bytes))) }
        case .stuck(let token, let label, let cause): return key(token).map { ($0, .hindered(label.stuckText(cause))) }
        case .finished(let token, let outcome):
            let place = ProcessRunner.Place(link: link, token: token)
            guard let handed = self.handed.removeValue(forKey: place) else { return nil }
            if self.places[handed.key] == place { self.places[handed.key] = nil }
            self.finished[handed.key] = place
            return (handed.key, .ended(AttemptEnd(outcome, of: handed)))
        }
    }
}

extension FlowCore.OutputStream {
    init(_ stream: RunnerStream) {
        switch stream {
        case .output: self = .standardOutput
        case .error: self = .standardError
        }
    }
}

extension RunnerStream {
    init(_ stream: FlowCore.OutputStream) { self = stream == .standardError ? .error : .output }
}
