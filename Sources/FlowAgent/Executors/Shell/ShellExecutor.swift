// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import Logging
import Synchronization

/// Runs shell jobs through the runner.
final class ShellExecutor: Executor {
    let kind = ExecutorKind.shell
    private let requests: ShellRequest
    private let runner: ProcessRunner
    private let handler: AttemptHandler

    /// - Throws: when the data directory can't be used.
    init(configuration: ProcessRunner.Configuration, logger: Logger, handler: @escaping AttemptHandler) throws {
        let scratch = try ScratchDirectories(dataDirectory: configuration.dataDirectory)
        let withScratch = ScratchUsers()
        self.requests = ShellRequest(scratch: scratch)
        self.scratchUsers = withScratch
        let told: AttemptHandler = { events in
            for case (let key, .ended) in events where withScratch.remove(key) { scratch.remove(key.id) }
            handler(events)
        }
        self.handler = told
        self.runner = try ProcessRunner(configuration: configuration, logger: logger, handler: told)
    }

    private let scratchUsers: ScratchUsers

    /// The runner's process id; 0 while there is none.
    var runnerPID: Int32 { self.runner.runnerPID }

    func prepare() async throws { try await self.runner.start() }

    func start(_ launches: [Launch]) {
        var processes: [ProcessRequest] = []
        for launch in launches {
            guard case .shell(let payload) = launch.order.job.payload else { continue }
            let key = AttemptKey(launch)
            if payload.usesScratchDirectory { self.scratchUsers.insert(key) }
            do {
                processes.append(try self.requests.process(for: launch, payload: payload))
            } catch {
                let detail = (error as? CoreError)?.message ?? "\(error)"
                self.handler([(key, .ended(.unstartable(detail, at: flow_boot_microseconds())))])
            }
        }
        if !processes.isEmpty { self.runner.spawn(processes) }
    }

    func cancel(_ key: AttemptKey, force: Bool) { self.runner.cancel(key, force: force) }

    func stop(grace: Duration) async { await self.runner.stop(grace: grace) }
}

/// Open attempts that have a scratch directory.
private final class ScratchUsers: Sendable {
    private let keys = Mutex<Set<AttemptKey>>([])

    func insert(_ key: AttemptKey) { self.keys.withLock { _ = $0.insert(key) } }
    func remove(_ key: AttemptKey) -> Bool { self.keys.withLock { $0.remove(key) != nil } }
}
