// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import CoreFoundation
import FlowAgentCore
import FlowCore
import FlowCrash
import FlowRunner
import Foundation
import Glibc
import Logging
import Synchronization

/// How runners are found and started.
extension RunnerKeeper {
    /// Meets the runners of earlier agents, and takes stock of what others left.
    func takeOver() throws {
        try self.waitForFirstVersion()
        for directory in RunnerDirectory.all(in: self.owner.configuration.dataDirectory) { try self.meet(directory) }
        // One that runs another program than is installed now goes on with what it has, and takes nothing new.
        let own = self.programIdentity(self.owner.configuration.executable)
        let current = self.links.last { link in
            let theirs = self.programIdentity("/proc/\(link.pid)/exe")
            return own == nil || theirs == nil || own == theirs
        }
        for link in self.links {
            link.isRetired = link !== current
            self.register(link)
        }
        if let current { self.promote(current) }
    }

    /// The agent's first version had one runner that ended its jobs with the agent, and a lock in another place.
    private func waitForFirstVersion() throws {
        let path = self.owner.configuration.dataDirectory + "/runner.lock"
        guard access(path, F_OK) == 0 else { return }
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error("cannot open \(path)", errno) }
        defer { Glibc.close(descriptor) }
        let end = flow_monotonic_microseconds() + Int64(self.owner.configuration.lockPatienceSeconds) * 1_000_000
        while flow_try_lock(descriptor) != 0 {
            guard flow_monotonic_microseconds() < end else {
                throw CoreError(.unavailable, "the runner of an earlier agent still ends its jobs and holds \(path)")
            }
            poll(nil, 0, 10)
        }
        _ = Leftovers.kill(mark: self.owner.dataID)
        unlink(path)
    }

    private func meet(_ directory: RunnerDirectory) throws {
        let end = flow_monotonic_microseconds() + Int64(self.owner.configuration.lockPatienceSeconds) * 1_000_000
        while true {
            if case .taken(let lock) = directory.tryLock() {
                self.takeStock(of: directory)
                if lock >= 0 { Glibc.close(lock) }
                return
            }
            let limits = self.owner.limits
            if let link = try RunnerLink.open(directory, number: self.nextNumber, limits: limits) {
                self.nextNumber += 1
                self.links.append(link)
                return
            }
            // It is about to end, or about to notice that its last agent has gone.
            guard flow_monotonic_microseconds() < end else {
                throw CoreError(
                    .unavailable,
                    "the runner that holds \(directory.path)/\(RunnerFiles.lock) does not answer; end it with kill -9"
                )
            }
            poll(nil, 0, 20)
        }
    }

    /// A runner that is no more: ends what is left of its processes, and reads what it had to tell.
    private func takeStock(of directory: RunnerDirectory) {
        let archive = self.archive(of: directory)
        self.owner.state.withLock { state in
            state.archives.add(archive, in: directory)
            if archive.attempts.isEmpty { directory.remove() }
        }
    }

    func archive(of directory: RunnerDirectory) -> RunnerArchive {
        let descriptor = directory.open()
        defer { if descriptor >= 0 { Glibc.close(descriptor) } }
        let archive = RunnerArchive(directory: descriptor)
        // First what its groups have: by marks and sessions only what has kept them is found.
        var grouped = archive.group?.end() ?? 0
        for leader in archive.leaders where !leader.leavesProcesses { grouped += UnitScope.of(leader)?.end() ?? 0 }
        let count = grouped + Leftovers.kill(mark: self.mark(directory), leaders: archive.leaders)
        if count > 0 {
            self.owner.logger.warning(
                "ended processes whose runner had died",
                metadata: ["processes": "\(count)"]
            )
        }
        return archive
    }

    private func mark(_ directory: RunnerDirectory) -> String { "\(self.owner.dataID)-\(directory.name)" }

    /// Which program a path leads to; the one of a process is still there when its file was replaced.
    private func programIdentity(_ path: String) -> [UInt64]? {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        return [UInt64(information.st_dev), UInt64(information.st_ino)]
    }

    private func register(_ link: RunnerLink) {
        self.owner.state.withLock { state in
            state.outgoing[link.number] = state.outgoing[link.number] ?? ByteWriter()
            state.nextToken = max(state.nextToken, link.highestToken + 1)
            if link.version >= RunnerCoding.leaseVersion { state.knowLeases.insert(link.number) }
            if link.version >= RunnerCoding.limitsVersion {
                state.knowLimits.insert(link.number)
                // They may have changed since it was greeted.
                state.append(.hello(version: RunnerCoding.version, state.limits), for: link.number)
            }
            for held in link.held {
                guard let id = ExecutionID(held.execution) else { continue }
                let key = AttemptKey(id: id, attempt: Int(held.attempt))
                state.held[key] = ProcessRunner.Place(link: link.number, token: held.token)
            }
        }
        if !link.held.isEmpty {
            self.owner.logger.notice(
                "a runner went on without its agent",
                metadata: ["process": "\(link.pid)", "attempts": "\(link.held.count)"]
            )
        }
    }

    private func promote(_ link: RunnerLink) {
        self.owner.state.withLock { state in
            state.current = link.number
            state.runnerPID = link.pid
        }
    }

    /// Starts a runner for what is new.
    func startRunner() throws {
        let directory = try RunnerDirectory.make(in: self.owner.configuration.dataDirectory)
        do {
            let link = try self.startRunner(in: directory)
            self.links.append(link)
            self.register(link)
            self.promote(link)
            self.nextNumber = max(self.nextNumber, link.number + 1)
        } catch {
            directory.remove()
            throw error
        }
    }

    private func startRunner(in directory: RunnerDirectory) throws -> RunnerLink {
        let folder = directory.open()
        guard folder >= 0 else { throw Self.error("cannot open \(directory.path)", errno) }
        defer { Glibc.close(folder) }
        guard case .taken(let lock) = directory.tryLock(), lock >= 0 else {
            throw CoreError(.unavailable, "cannot lock \(directory.path)")
        }
        var listener: Int32 = -1
        let failure = flow_listen(folder, RunnerFiles.socket, &listener)
        guard failure == 0 else {
            Glibc.close(lock)
            throw Self.error("cannot listen in \(directory.path)", failure)
        }
        let started = Result { try self.spawn(directory, listener: listener, lock: lock) }
        // Before anybody connects: with these open here, a runner that died at once would seem to think it over.
        for descriptor in [listener, lock] { Glibc.close(descriptor) }
        let pid = try started.get()
        self.children.insert(pid)
        // Requests that came while there was no runner wait under the number that was promised to the next.
        let number = self.owner.state.withLock { state in
            if self.links.contains(where: { $0.number == state.current }) || state.current == 0 {
                state.current = self.nextNumber
            }
            return state.current
        }
        guard let link = try RunnerLink.open(directory, number: number, limits: self.owner.limits) else {
            _ = flow_wait_child(pid, 1000)
            throw CoreError(.unavailable, "the runner \(self.owner.configuration.executable) does not answer")
        }
        return link
    }

    private func spawn(_ directory: RunnerDirectory, listener: Int32, lock: Int32) throws -> pid_t {
        // Out of the way of the numbers they get in the child.
        let moved = [listener, lock].map { fcntl($0, F_DUPFD_CLOEXEC, 16) }
        defer { for descriptor in moved { Glibc.close(descriptor) } }
        let executable = self.owner.configuration.executable
        let arguments =
            ["quicflow-runner"] + self.owner.configuration.arguments
            + ["--listener", "3", "--directory", directory.path, "--mark", self.mark(directory)]
        let names = ["PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH", "QUARTZFLOW_CRASH_DUMPS"]
        let inherited = names.compactMap { name in
            ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
        }
        let environment = inherited + CrashPoint.environment
        var pid: pid_t = 0
        let result = Spawner.withVector(arguments) { arguments in
            Spawner.withVector(environment) { environment in
                executable.withCString { path in
                    var request = flow_spawn_request(
                        path: path,
                        arguments: arguments,
                        environment: environment,
                        directory: nil,
                        input: -1,
                        output: 1,
                        error: 2,
                        extra: moved[0],
                        extra2: moved[1],
                        mask: -1,
                        sets_niceness: 0,
                        niceness: 0,
                        group: -1
                    )
                    var step: Int32 = 0
                    return flow_spawn(&request, &pid, &step)
                }
            }
        }
        guard result == 0 else { throw Self.error("cannot start \(executable)", result) }
        return pid
    }

    static func error(_ text: String, _ code: Int32) -> CoreError {
        CoreError(.unavailable, "\(text): \(String(cString: strerror(code)))")
    }
}
