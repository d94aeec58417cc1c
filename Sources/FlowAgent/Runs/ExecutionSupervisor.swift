// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
package import FlowAgentCore
package import FlowCore
import FlowProcess
import FlowRunner
import Foundation
package import Logging
import ServiceLifecycle
import Synchronization

/// Starts attempts, watches over them and tells how they ended: the ``ExecutionLauncher`` of a real host.
///
/// What kind of job is carried out by what is the registry's business; the output of all kinds goes through spools.
package final class ExecutionSupervisor: ExecutionLauncher, Service {
    /// What a host allows and where things lie.
    package struct Configuration: Sendable {
        package var dataDirectory: String
        package var runner: ProcessRunner.Configuration
        package var limits: OutputLimits
        package var http: HTTPPolicy
        /// What the people of this host allow.
        package var policy = HostPolicy()
        /// What the installation says of networks, where that says nothing.
        package var networks = InstallationNetworks()
        /// Attempts at once on this host; more wait for a place.
        package var concurrencyLimit: Int
        /// Between SIGTERM and SIGKILL when the agent is told to stop its jobs.
        package var stopGrace: Duration
        /// What becomes of them at the end.
        package var jobsAtStop = JobsAtStop()

        package init(
            dataDirectory: String,
            runner: ProcessRunner.Configuration? = nil,
            limits: OutputLimits = OutputLimits(),
            http: HTTPPolicy = HTTPPolicy(),
            concurrencyLimit: Int? = nil,
            stopGrace: Duration = .seconds(10)
        ) {
            self.dataDirectory = dataDirectory
            self.runner = runner ?? ProcessRunner.Configuration(dataDirectory: dataDirectory)
            self.limits = limits
            self.http = http
            self.concurrencyLimit = concurrencyLimit ?? Self.defaultConcurrency
            self.stopGrace = stopGrace
        }

        /// Most jobs wait for something else than the processor; a few hundred sleeping shells are no burden.
        package static var defaultConcurrency: Int { max(256, 16 * ProcessInfo.processInfo.activeProcessorCount) }
    }

    package let events: AsyncStream<SupervisorEvent>
    private let book: AttemptBook
    private let shell: ShellExecutor
    private let executors: ExecutorRegistry
    private let allowed: [String]?
    private let shipper: LogShipper?
    private let spools: SpoolDirectory
    private let queue: LaunchRoom
    private let gate: SecretGate
    private let stopGrace: Duration
    private let jobsAtStop: JobsAtStop
    private let logger: Logger
    private let continuation: AsyncStream<SupervisorEvent>.Continuation

    /// - Parameters:
    ///   - configuration: what the host allows and where things lie.
    ///   - transport: carries output to the server; nil keeps it on the host.
    ///   - secrets: gives the values of secrets; without it jobs that name some do not start.
    ///   - logger: hears about trouble with the runner.
    /// - Throws: when the data directory can't be used.
    package init(
        configuration: Configuration,
        transport: (any LogTransport)?,
        secrets: (any SecretSource)? = nil,
        logger: Logger
    ) throws {
        let spools = try SpoolDirectory(dataDirectory: configuration.dataDirectory, limits: configuration.limits)
        let shipper = transport.map { LogShipper(directory: spools, transport: $0, logger: logger) }
        let (events, continuation) = AsyncStream.makeStream(of: SupervisorEvent.self)
        let book = AttemptBook(spools: spools, shipper: shipper, events: continuation)
        let queue = LaunchRoom(limit: min(configuration.concurrencyLimit, configuration.policy.concurrency ?? .max))
        let gate = SecretGate(source: secrets, book: book) { key in queue.ended([key]) }
        let handler: AttemptHandler = { events in
            book.record(events)
            queue.ended(
                events.compactMap { key, event in
                    if case .ended = event { key } else { nil }
                }
            )
        }
        var runner = configuration.runner
        runner.limits = RunnerLimits(configuration.limits)
        var http = configuration.http
        if configuration.policy.network != HostPolicy.Network() { http.network = configuration.policy.network }
        var policy = configuration.policy
        policy.network = http.network
        let networks = configuration.networks
        let shell = try ShellExecutor(
            configuration: runner,
            policy: policy,
            networks: networks,
            logger: logger,
            handler: handler
        )
        let requests = HTTPExecutor(policy: http, networks: networks, handler: handler)
        var executors: [any Executor] = [shell, requests]
        if shell.canWork {
            executors += [
                WorkExecutor(.sql, processes: shell), WorkExecutor(.builtin, processes: shell, requests: requests),
            ]
            // A host without a directory of plugins offers none.
            if policy.plugins != nil { executors.append(WorkExecutor(.plugin, processes: shell)) }
            if ContainerEngine.find(policy.containers.engine) != nil {
                executors.append(WorkExecutor(.container, processes: shell))
            }
        }
        self.shell = shell
        let registry = ExecutorRegistry(executors)
        self.executors = registry
        self.allowed = policy.executors
        self.events = events
        self.continuation = continuation
        self.book = book
        self.spools = spools
        self.shipper = shipper
        self.queue = queue
        self.gate = gate
        self.stopGrace = configuration.stopGrace
        self.jobsAtStop = configuration.jobsAtStop
        self.logger = logger
        queue.attach { [registry, book, queue] launches in
            Self.start(gate.pass(launches), on: registry, book: book, queue: queue)
        }
    }

    /// The runner's process id; 0 while there is none.
    package var runnerPID: Int32 { self.shell.runnerPID }

    /// What kinds of jobs this host can carry out, and allows.
    package var executorKinds: [ExecutorKind] {
        self.executors.kinds.filter { self.allowed?.contains($0.name) ?? true }
    }

    /// What this host has besides what every agent can do, in words of ``HostFeature``.
    package var features: [String] {
        (self.shell.groupBase.map { HostFeature.groups(with: $0.controllers) } ?? [])
            + (self.shell.serviceManager.map { [HostFeature.manager($0.isSystem ? .system : .user)] } ?? [])
    }

    /// Finds the runners of earlier agents on this data directory, or what they left, and starts one where there is none.
    package func start() async throws { try await self.executors.prepare() }

    /// Takes over what earlier agents started and what goes on, or has ended meanwhile, under a runner.
    ///
    /// Everything about it is told from its beginning. What runs and is not open in the ledger is ended.
    ///
    /// - Parameter open: the ledger's open entries.
    /// - Returns: the attempts that are told of; of others nobody knows how they ended.
    package func adopt(_ open: [LedgerEntry]) -> Set<AttemptKey> {
        let launches = open.filter { $0.status == .running }.map { Launch(order: $0.order, attempt: $0.attempt) }
            .filter { self.shell.isKnown(AttemptKey($0)) }
        let keys = launches.map { AttemptKey($0) }
        for launch in launches {
            self.spools.discard(AttemptKey(launch))
            _ = self.book.open(launch)
        }
        self.queue.occupy(keys)
        self.shell.adopt(launches)
        return Set(keys)
    }

    /// Works until the task is cancelled or shut down gracefully; then everything that runs is ended or left to its runner,
    /// as ``JobsAtStop`` says, and ``events`` end once all is told.
    ///
    /// Call ``start()`` and ``adopt(_:)`` before.
    package func run() async throws {
        for key in self.spools.recover(but: { self.book.isOpen($0) }) { self.shipper?.begin(key, isComplete: true) }
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                // Nothing else lasts when output stays on the host.
                group.addTask { await Alarm().wait(for: nil) }
                if let shipper = self.shipper { group.addTask { await shipper.run() } }
                group.addTask { await self.book.watchQuietOutputs() }
                group.addTask {
                    await self.gate.run {
                        Self.start($0, on: self.executors, book: self.book, queue: self.queue)
                    }
                }
                await group.waitForAll()
            }
        }
        let unstarted = self.queue.close() + self.gate.close()
        let now = flow_boot_microseconds()
        let text = "the agent was told to stop before it started"
        self.book.record(unstarted.map { ($0, .ended(.interrupted(text, at: now))) })
        await self.executors.stop(self.jobsAtStop.areLeft ? .leaving : .ending(grace: self.stopGrace))
        self.continuation.finish()
    }

    package func launch(_ launches: [Launch]) async {
        let waiting = self.queue.add(launches.filter { self.book.open($0) })
        guard !waiting.isEmpty else { return }
        let text = "waits for a place on the host: \(self.queue.limit) executions run there, the most at once"
        self.book.record(waiting.map { ($0, .hindered(text)) })
    }

    package func settled(_ attempts: [AttemptKey]) { self.shell.settled(attempts) }

    /// Of attempts that begin from now on so many bytes of output are kept.
    package func setOutputBytes(_ bytes: Int64) {
        self.spools.setAttemptBytes(bytes)
        self.shell.setLimits(RunnerLimits(self.spools.limits))
    }

    package func forgetOutputs(before nominal: Timestamp) { self.spools.kept.forget(before: nominal) }

    package func cancel(_ id: ExecutionID, force: Bool) async {
        guard let key = self.book.key(of: id) else { return }
        if self.queue.withdraw(key) {
            let end = AttemptEnd.cancelled("cancelled while it waited for a place", at: flow_boot_microseconds())
            self.book.record([(key, .ended(end))])
        } else if self.gate.withdraw(key) {
            let end = AttemptEnd.cancelled("cancelled while it waited for its secrets", at: flow_boot_microseconds())
            self.book.record([(key, .ended(end))])
            self.queue.ended([key])
        } else {
            self.executors.cancel(key, force: force)
        }
    }

    package func lease(_ id: ExecutionID, milliseconds: Int64) {
        guard let key = self.book.key(of: id) else { return }
        self.book.lease(key, until: flow_boot_microseconds() + milliseconds * 1000)
        self.executors.lease(key, milliseconds: milliseconds)
    }

    /// Starts those whose leases have not ended while they waited for a place on the host or for secrets.
    private static func start(
        _ launches: [Launch],
        on executors: ExecutorRegistry,
        book: AttemptBook,
        queue: LaunchRoom
    ) {
        let now = flow_boot_microseconds()
        let late = launches.filter { launch in book.leaseEnd(of: AttemptKey(launch)).map { $0 <= now } ?? false }
        if !late.isEmpty {
            let keys = late.map { AttemptKey($0) }
            let text = "its lease ended while it waited for a place on the host"
            book.record(keys.map { ($0, .ended(.cancelled(text, at: now))) })
            queue.ended(keys)
        }
        let lateIDs = Set(late.map(\.id))
        Self.hand(launches.filter { !lateIDs.contains($0.id) }, to: executors, book: book)
    }

    private static func hand(_ launches: [Launch], to executors: ExecutorRegistry, book: AttemptBook) {
        for (kind, launches) in Dictionary(grouping: launches, by: \.order.job.payload.executorKind) {
            guard let executor = executors[kind] else {
                let end = AttemptEnd.unstartable(
                    "this host has no executor for \(kind) jobs",
                    at: flow_boot_microseconds()
                )
                book.record(launches.map { (AttemptKey($0), .ended(end)) })
                continue
            }
            executor.start(launches)
            // Whoever starts it did not know it yet when that was said.
            for key in launches.map({ AttemptKey($0) }) {
                guard let end = book.leaseEnd(of: key) else { continue }
                executors.lease(key, milliseconds: max(1, (end - flow_boot_microseconds()) / 1000))
            }
        }
    }
}

/// The host's places behind a lock, and what starts those that got one.
private final class LaunchRoom: Sendable {
    private struct State {
        var queue: LaunchQueue
        var isClosed = false
        var start: (@Sendable ([Launch]) -> Void)?
    }

    private let state: Mutex<State>
    let limit: Int

    init(limit: Int) {
        self.limit = max(1, limit)
        self.state = Mutex(State(queue: LaunchQueue(limit: limit)))
    }

    /// Set once, after the executors exist.
    func attach(_ start: @escaping @Sendable ([Launch]) -> Void) { self.state.withLock { $0.start = start } }

    /// - Returns: those that have to wait.
    func add(_ launches: [Launch]) -> [AttemptKey] {
        let (starting, start) = self.state.withLock { state in (state.queue.add(launches), state.start) }
        if !starting.isEmpty { start?(starting) }
        guard starting.count < launches.count else { return [] }
        let started = Set(starting.map { AttemptKey($0) })
        return launches.map { AttemptKey($0) }.filter { !started.contains($0) }
    }

    func ended(_ keys: [AttemptKey]) {
        guard !keys.isEmpty else { return }
        let (starting, start) = self.state.withLock { state in
            (state.queue.ended(keys), state.isClosed ? nil : state.start)
        }
        if !starting.isEmpty { start?(starting) }
    }

    func occupy(_ keys: [AttemptKey]) { self.state.withLock { $0.queue.occupy(keys) } }

    func withdraw(_ key: AttemptKey) -> Bool { self.state.withLock { $0.queue.withdraw(key) } }

    /// Starts nothing more.
    ///
    /// - Returns: what waited.
    func close() -> [AttemptKey] {
        self.state.withLock { state in
            state.isClosed = true
            return state.queue.withdrawAll()
        }
    }
}
