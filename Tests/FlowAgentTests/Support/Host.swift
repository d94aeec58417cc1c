// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import FlowProcess
import Foundation
import Logging
import Synchronization

/// A supervisor with a real runner in a directory of its own.
final class Host: Sendable {
    let directory: TemporaryDirectory
    let supervisor: ExecutionSupervisor
    private let jobsAtStop: JobsAtStop
    private let orders = Mutex<[ExecutionID: Order]>([:])
    private let outcomes = Mutex<[ExecutionID: Outcome]>([:])
    private let starts = Mutex<[ExecutionID: Int64]>([:])
    private let hindrances = Mutex<[ExecutionID: String]>([:])

    static let executable = FileManager.default.currentDirectoryPath + "/.build/debug/quicflow-runner"

    init(
        directory: TemporaryDirectory,
        limits: OutputLimits = OutputLimits(),
        transport: (any LogTransport)? = nil,
        executable: String = Host.executable,
        concurrencyLimit: Int? = nil,
        secrets: (any SecretSource)? = nil,
        policy: HostPolicy = HostPolicy(),
        networks: InstallationNetworks = InstallationNetworks(),
        serviceManager: ServiceManager? = nil
    ) throws {
        self.directory = directory
        var runner = ProcessRunner.Configuration(dataDirectory: directory.path, executable: executable)
        if let serviceManager { runner.serviceManager = serviceManager }
        var configuration = ExecutionSupervisor.Configuration(
            dataDirectory: directory.path,
            runner: runner,
            limits: limits,
            concurrencyLimit: concurrencyLimit,
            stopGrace: .seconds(1)
        )
        configuration.policy = policy
        configuration.networks = networks
        self.jobsAtStop = configuration.jobsAtStop
        self.supervisor = try ExecutionSupervisor(
            configuration: configuration,
            transport: transport,
            secrets: secrets,
            logger: Logger(label: "host")
        )
    }

    /// Starts a host, lets the test work with it, and ends it.
    ///
    /// - Parameter adopting: executions that are open in the ledger of the host.
    static func with<Result: Sendable>(
        directory: TemporaryDirectory? = nil,
        limits: OutputLimits = OutputLimits(),
        transport: (any LogTransport)? = nil,
        executable: String = Host.executable,
        concurrencyLimit: Int? = nil,
        secrets: (any SecretSource)? = nil,
        policy: HostPolicy = HostPolicy(),
        networks: InstallationNetworks = InstallationNetworks(),
        serviceManager: ServiceManager? = nil,
        adopting: [ExecutionID] = [],
        from former: Host? = nil,
        _ body: @escaping @Sendable (Host) async throws -> Result
    ) async throws -> Result {
        let host = try Host(
            directory: directory ?? TemporaryDirectory(),
            limits: limits,
            transport: transport,
            executable: executable,
            concurrencyLimit: concurrencyLimit,
            secrets: secrets,
            policy: policy,
            networks: networks,
            serviceManager: serviceManager
        )
        try await host.supervisor.start()
        let open = adopting.compactMap { former?.order($0) }.map { Fixture.entry($0) }
        host.adopted.withLock { $0 = host.supervisor.adopt(open) }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await host.supervisor.run()
                return nil
            }
            group.addTask {
                for await event in host.supervisor.events { host.record(event) }
                return nil
            }
            group.addTask { try await body(host) }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let next { return next }
            }
            throw CancellationError()
        }
    }

    private let adopted = Mutex<Set<AttemptKey>>([])

    /// Executions of an earlier host that it tells of.
    var adoptedIDs: Set<ExecutionID> { Set(self.adopted.withLock { $0 }.map(\.id)) }

    func order(_ id: ExecutionID) -> Order? { self.orders.withLock { $0[id] } }

    /// At its end, what runs goes on.
    func leaveJobs() { self.jobsAtStop.leave() }

    func record(_ event: SupervisorEvent) {
        switch event {
        case .started(let id, _, let at): self.starts.withLock { $0[id] = at }
        case .hindered(let id, _, let detail): self.hindrances.withLock { $0[id] = detail }
        case .finished(let id, let attempt, let outcome):
            // As if it were in a ledger.
            self.supervisor.settled([AttemptKey(id: id, attempt: attempt)])
            self.outcomes.withLock { $0[id] = outcome }
        }
    }

    func outcome(_ id: ExecutionID) -> Outcome? { self.outcomes.withLock { $0[id] } }
    func hindrance(_ id: ExecutionID) -> String? { self.hindrances.withLock { $0[id] } }
    func isStarted(_ id: ExecutionID) -> Bool { self.starts.withLock { $0[id] != nil } }

    @discardableResult
    func launch(
        _ command: String,
        parameters: [String: String] = [:],
        timeout: Int = 60,
        directory: String? = nil,
        environment: [String: String] = [:]
    ) async -> ExecutionID {
        let payload = ShellPayload(command: command, workingDirectory: directory, environment: environment)
        return await self.launch(.shell(payload), parameters: parameters, timeout: timeout)
    }

    @discardableResult
    func launch(
        _ payload: Payload,
        parameters: [String: String] = [:],
        timeout: Int = 60,
        dataTime: Timestamp? = nil,
        hold: SlotHold? = nil
    ) async -> ExecutionID {
        let job = Fixture.snapshot(payload, timeout: timeout)
        let order = Fixture.order(job, dataTime: dataTime, parameters: parameters, hold: hold)
        self.orders.withLock { $0[order.executionID] = order }
        await self.supervisor.launch([Launch(order: order, attempt: 1)])
        return order.executionID
    }

    /// Launches and waits for the end.
    func run(
        _ command: String,
        parameters: [String: String] = [:],
        timeout: Int = 60,
        directory: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> Outcome {
        let id = await self.launch(
            command,
            parameters: parameters,
            timeout: timeout,
            directory: directory,
            environment: environment
        )
        return try await self.wait(id)
    }

    func wait(_ id: ExecutionID, seconds: Int = 60) async throws -> Outcome {
        try await eventually("execution \(id) ends", seconds: seconds) { self.outcome(id) }
    }
}

struct NeverHappened: Error, CustomStringConvertible {
    let description: String
}

/// Asks again until there is an answer or the deadline passes; for tests with real processes only.
func eventually<Value>(
    _ what: String,
    seconds: Int = 20,
    _ condition: () throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
        if let value = try condition() { return value }
        guard ContinuousClock.now < end else { throw NeverHappened(description: what) }
        // Gives the processor to the processes that are waited for.
        try await ContinuousClock().sleep(for: .milliseconds(5))
    }
}

func eventually(_ what: String, seconds: Int = 20, _ condition: () throws -> Bool) async throws {
    _ = try await eventually(what, seconds: seconds) { try condition() ? true : nil }
}

extension Outcome {
    var text: String { String(decoding: self.inlineOutput.flatMap(\.bytes), as: UTF8.self) }
}

/// Processes whose environment has this text, from /proc.
func processes(with text: String) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { pid in
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/environ"), !data.isEmpty else {
            return false
        }
        return data.split(separator: 0).contains(Data(text.utf8))
    }
}

func isAlive(_ pid: Int32) -> Bool {
    guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return false }
    let text = String(decoding: stat, as: UTF8.self)
    return text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst(2).first != "Z"
}
