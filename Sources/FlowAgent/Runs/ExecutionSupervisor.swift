// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
package import FlowCore
import Foundation
package import Logging
import ServiceLifecycle
import Synchronization

/// Starts attempts, watches over them and tells how they ended: the ``ExecutionLauncher`` of a real host.
///
/// Shell jobs go to the runner process, HTTP jobs to the client in this one; output of both goes through spools.
package final class ExecutionSupervisor: ExecutionLauncher, Service {
    /// What a host allows and where things lie.
    package struct Configuration: Sendable {
        package var dataDirectory: String
        package var runner: ProcessRunner.Configuration
        package var limits: OutputLimits
        package var http: HTTPPolicy

        package init(
            dataDirectory: String,
            runner: ProcessRunner.Configuration? = nil,
            limits: OutputLimits = OutputLimits(),
            http: HTTPPolicy = HTTPPolicy()
        ) {
            self.dataDirectory = dataDirectory
            self.runner = runner ?? ProcessRunner.Configuration(dataDirectory: dataDirectory)
            self.limits = limits
            self.http = http
        }
    }

    package let events: AsyncStream<SupervisorEvent>
    private let book: AttemptBook
    private let runner: ProcessRunner
    private let shell: ShellExecutor
    private let http: HTTPExecutor
    private let shipper: LogShipper?
    private let spools: SpoolDirectory
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: what the host allows and where things lie.
    ///   - transport: carries output to the server; nil keeps it on the host.
    ///   - logger: hears about trouble with the runner.
    /// - Throws: when the data directory can't be used.
    package init(configuration: Configuration, transport: (any LogTransport)?, logger: Logger) throws {
        let scratch = configuration.dataDirectory + "/work"
        // What executions left in their scratch directories when an earlier agent died.
        try? FileManager.default.removeItem(atPath: scratch)
        try FileManager.default.createDirectory(
            atPath: scratch,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let spools = try SpoolDirectory(dataDirectory: configuration.dataDirectory, limits: configuration.limits)
        let shipper = transport.map { LogShipper(directory: spools, transport: $0, logger: logger) }
        let shell = ShellExecutor(scratch: scratch)
        let (events, continuation) = AsyncStream.makeStream(of: SupervisorEvent.self)
        let book = AttemptBook(spools: spools, shipper: shipper, shell: shell, events: continuation)
        self.events = events
        self.book = book
        self.spools = spools
        self.shipper = shipper
        self.shell = shell
        self.logger = logger
        self.runner = try ProcessRunner(configuration: configuration.runner, logger: logger) { book.record($0) }
        self.http = HTTPExecutor(policy: configuration.http) { book.record($0) }
    }

    /// The runner's process id; 0 while there is none.
    package var runnerPID: Int32 { self.runner.runnerPID }

    /// Starts the runner.
    ///
    /// When this has returned, no process of an earlier agent on this data directory is left, and its open attempts may
    /// be recorded as INTERRUPTED.
    package func start() async throws { try await self.runner.start() }

    /// Works until the task is cancelled or shut down gracefully; then everything that runs is killed.
    ///
    /// Call ``start()`` before.
    package func run() async throws {
        for key in self.spools.recover() { self.shipper?.begin(key, isComplete: true) }
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                // Nothing else lasts when output stays on the host.
                group.addTask { await Alarm().wait(for: nil) }
                if let shipper = self.shipper { group.addTask { await shipper.run() } }
                group.addTask { await self.book.watchQuietOutputs() }
                await group.waitForAll()
            }
        }
        self.http.cancelAll()
        self.runner.stop()
    }

    package func launch(_ launches: [Launch]) async {
        var requests: [ProcessRequest] = []
        for launch in launches {
            guard self.book.open(launch) else { continue }
            switch launch.order.job.payload {
            case .shell(let payload):
                do {
                    requests.append(try self.shell.request(for: launch, payload: payload))
                } catch {
                    let detail = (error as? CoreError)?.message ?? "\(error)"
                    let end = AttemptEnd(status: .failure, reason: .spawn, detail: detail, at: flow_boot_microseconds())
                    self.book.record([(AttemptKey(id: launch.id, attempt: launch.attempt), .ended(end))])
                }
            case .http(let payload):
                self.http.start(launch, payload: payload)
            }
        }
        if !requests.isEmpty { self.runner.spawn(requests) }
    }

    package func forgetOutputs(before nominal: Timestamp) { self.spools.kept.forget(before: nominal) }

    package func cancel(_ id: ExecutionID, force: Bool) async {
        guard let key = self.book.key(of: id) else { return }
        if self.runner.isRunning(key) {
            self.runner.cancel(key, force: force)
        } else {
            self.http.cancel(key)
        }
    }
}
