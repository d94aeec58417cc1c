// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowAgentCore
import FlowCore
import FlowProcess
import FlowRunner
import Logging
import Synchronization

/// Runs shell jobs through the runner, and what ``WorkExecutor`` gives it.
final class ShellExecutor: Executor {
    let kind = ExecutorKind.shell
    private let requests: ShellRequest
    /// Where runners make their control groups; nil where the host lets us have none.
    let groupBase: GroupBase?
    /// The systemd that makes units for jobs; nil where none answers.
    var serviceManager: ServiceManager? { self.requests.manager.isReachable ? self.requests.manager : nil }
    private let works: WorkRequest
    private let verdicts = WorkVerdicts()
    private let containers: ContainerEnds
    private let mark: String
    private let runner: ProcessRunner
    private let handler: AttemptHandler
    private let scratch: ScratchDirectories
    private let outputs: OutputFiles

    /// - Parameters:
    ///   - configuration: how the runner is started.
    ///   - policy: goes to the program that carries out what is no script.
    ///   - networks: what the installation says of them.
    ///   - logger: hears about trouble with the runner.
    ///   - handler: is told what happens.
    /// - Throws: when the data directory can't be used.
    init(
        configuration: ProcessRunner.Configuration,
        policy: HostPolicy = HostPolicy(),
        networks: InstallationNetworks = InstallationNetworks(),
        logger: Logger,
        handler: @escaping AttemptHandler
    ) throws {
        let scratch = try ScratchDirectories(dataDirectory: configuration.dataDirectory)
        let outputs = try OutputFiles(dataDirectory: configuration.dataDirectory)
        self.outputs = outputs
        let withScratch = AttemptSet()
        let withSecrets = AttemptSet()
        self.scratch = scratch
        let works = WorkRequest(
            program: configuration.workProgram,
            policy: policy,
            networks: networks,
            outputs: outputs
        )
        self.works = works
        let base = GroupBase.find()
        self.groupBase = base
        self.requests = ShellRequest(
            scratch: scratch,
            outputs: outputs,
            limiter: works.program,
            controllers: base?.controllers ?? [],
            manager: configuration.serviceManager
        )
        let verdicts = self.verdicts
        let containers = ContainerEnds(engine: .find(policy.containers.engine), logger: logger)
        self.containers = containers
        self.mark = try AgentDataID.of(directory: configuration.dataDirectory)
        self.scratchUsers = withScratch
        self.adoptedWithSecrets = withSecrets
        let told: AttemptHandler = { events in
            for case (let key, .ended) in events where withScratch.remove(key) { scratch.remove(key.id) }
            let complete = events.map { key, event in
                guard case .ended(let end) = event else { return (key, event) }
                let isMasked = withSecrets.remove(key)
                return (key, AttemptEvent.ended(outputs.completed(end, of: key, isMasked: isMasked)))
            }
            containers.pass(verdicts.judge(complete), to: handler)
        }
        self.handler = told
        self.runner = try ProcessRunner(configuration: configuration, logger: logger, handler: told)
    }

    private let scratchUsers: AttemptSet
    /// Their values went with the agent that started them.
    private let adoptedWithSecrets: AttemptSet

    /// Whether the program that carries out what is no script is there.
    var canWork: Bool { self.works.program != nil }

    /// The runner's process id; 0 while there is none.
    var runnerPID: Int32 { self.runner.runnerPID }

    /// How much output is kept for an agent that comes later, of what begins from now on.
    var limits: RunnerLimits { self.runner.limits }

    func setLimits(_ limits: RunnerLimits) { self.runner.setLimits(limits) }

    func prepare() async throws { try await self.runner.start() }

    func isKnown(_ key: AttemptKey) -> Bool { self.runner.isKnown(key) }

    /// Takes over what earlier agents started and the ledger has as running; everything else of theirs ends.
    func adopt(_ launches: [Launch]) {
        var adopted: [ProcessRunner.Handed] = []
        for launch in launches {
            guard case .shell(let payload) = launch.order.job.payload else {
                self.watch(launch)
                if !launch.order.job.payload.secretNames.isEmpty { self.adoptedWithSecrets.insert(AttemptKey(launch)) }
                adopted.append(self.works.names(of: launch))
                continue
            }
            if payload.usesScratchDirectory { self.scratchUsers.insert(AttemptKey(launch)) }
            if payload.unit != nil { self.verdicts.watch(AttemptKey(launch), as: .unit) }
            if launch.order.needsSecrets { self.adoptedWithSecrets.insert(AttemptKey(launch)) }
            adopted.append(self.requests.names(of: launch, payload: payload))
        }
        self.containers.removeOthers(of: self.mark)
        self.scratch.removeAll(but: Set(launches.map(\.id)))
        self.outputs.removeAll(but: Set(launches.map { AttemptKey($0) }))
        self.runner.adopt(adopted)
    }

    /// An attempt of `quicflow-work`.
    private func watch(_ launch: Launch) {
        let key = AttemptKey(launch)
        guard case .container = launch.order.job.payload else { return self.verdicts.watch(key) }
        self.verdicts.watch(key, as: .container)
        self.containers.watch(key)
    }

    func settled(_ keys: [AttemptKey]) { self.runner.settled(keys) }

    func start(_ launches: [Launch]) {
        var processes: [ProcessRequest] = []
        for launch in launches {
            let key = AttemptKey(launch)
            do {
                if case .shell(let payload) = launch.order.job.payload {
                    if payload.usesScratchDirectory { self.scratchUsers.insert(key) }
                    if payload.unit != nil { self.verdicts.watch(key, as: .unit) }
                    processes.append(try self.requests.process(for: launch, payload: payload))
                } else {
                    processes.append(try self.works.process(for: launch))
                    self.watch(launch)
                }
            } catch {
                let detail = (error as? CoreError)?.message ?? "\(error)"
                self.handler([(key, .ended(.unstartable(detail, at: flow_boot_microseconds())))])
            }
        }
        if !processes.isEmpty { self.runner.spawn(processes) }
    }

    func cancel(_ key: AttemptKey, force: Bool) { self.runner.cancel(key, force: force) }

    func lease(_ key: AttemptKey, milliseconds: Int64) { self.runner.lease(key, milliseconds: milliseconds) }

    func stop(_ manner: StopManner) async {
        switch manner {
        case .ending(let grace): await self.runner.stop(grace: grace)
        case .leaving: await self.runner.leave()
        }
    }
}

/// Open attempts that have something in common.
private final class AttemptSet: Sendable {
    private let keys = Mutex<Set<AttemptKey>>([])

    func insert(_ key: AttemptKey) { self.keys.withLock { _ = $0.insert(key) } }
    func remove(_ key: AttemptKey) -> Bool { self.keys.withLock { $0.remove(key) != nil } }
}
