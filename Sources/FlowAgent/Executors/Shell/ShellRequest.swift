// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowProcess
import FlowRunner
import Foundation

/// Turns a shell job's attempt into the process to start.
///
/// The script is fixed when the job is saved; parameters arrive as `QF_PARAM_<NAME>` (upper-cased) and as arguments in the
/// order of their names, after the job's name; secret ones only as variables, since everybody on the host can read arguments.
/// Nothing is ever spliced into the script (S1-NFR-S2).
struct ShellRequest: Sendable {
    let environment = ShellEnvironment()
    let scratch: ScratchDirectories
    let outputs: OutputFiles
    /// The program that sets limits and becomes the interpreter; nil when this host lacks it.
    var limiter: String?
    /// What control groups can hold back here (``GroupBase``).
    var controllers: [String] = []
    /// The systemd that makes units for jobs, where there is one.
    var manager = ServiceManager.usual()

    /// Every host has it, and it is what cron runs its lines with.
    static let defaultInterpreter = "/bin/sh"

    /// - Throws: `CoreError` whose message becomes the detail of FAILURE(SPAWN).
    func process(for launch: Launch, payload: ShellPayload) throws -> ProcessRequest {
        let order = launch.order
        let interpreter = payload.interpreter ?? Self.defaultInterpreter
        guard interpreter.hasPrefix("/") else {
            throw CoreError(.invalid, "the interpreter '\(interpreter)' is not an absolute path")
        }
        let secret = Set(order.secretParameters)
        let parameters = order.values.filter { !secret.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value)
        var arguments = [interpreter] + payload.interpreterArguments + [payload.command, order.job.name] + parameters
        var program = interpreter
        var environment =
            try self.environment.entries(for: launch, payload: payload, interpreter: interpreter)
            + ["QF_OUTPUT=\(self.outputs.path(of: AttemptKey(launch)))"]
        var directory = try self.directory(payload, key: AttemptKey(launch))
        let limits = try payload.unit == nil ? self.groupLimits(payload) : GroupLimits()
        // With a unit of its own, systemd keeps what holds of all processes together.
        var words = payload.limits.filter { payload.unit != nil || ProcessLimit(rawValue: $0.key)?.controller == nil }
            .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let unit = payload.unit.map { _ in TransientUnit.name(execution: launch.id.description, attempt: launch.attempt)
        }
        if let unit { words += try self.unitWords(payload.unit, name: unit, job: order.job.name) }
        if let user = payload.runAs, self.environment.isOther(user) {
            try self.check(user, payload)
            words += [StartWord.user + user] + (payload.workingDirectory.map { [StartWord.directory + $0] } ?? [])
            environment = environment.map(StartWord.hidden)
            // The user's own directories may be closed to the agent's, and the other way round.
            directory = "/"
        }
        if !words.isEmpty {
            guard let limiter else {
                throw CoreError(
                    .invalid,
                    "this host sets no limits, no user and no unit: quicflow-work is not beside its agent"
                )
            }
            arguments = [limiter, "limits"] + words + ["--"] + arguments
            program = limiter
        }
        guard !(arguments + environment + [directory]).contains(where: { $0.utf8.contains(0) }) else {
            throw CoreError(.invalid, "the script, a parameter, a variable or a path contains a NUL byte")
        }
        return ProcessRequest(
            key: AttemptKey(launch),
            timeoutMilliseconds: Self.milliseconds(seconds: order.job.policies.timeoutSeconds),
            leavesProcesses: payload.leavesProcesses,
            mask: payload.umask.map { UInt32(clamping: $0) },
            niceness: payload.niceness.map { Int32(clamping: $0) },
            successCodes: payload.successCodes,
            program: program,
            directory: directory,
            arguments: arguments,
            environment: environment,
            masked: launch.secrets.isEmpty ? [] : SecretForms.all(of: launch.secrets),
            limits: limits,
            unit: unit
        )
    }

    /// What the program that becomes the interpreter is told of the unit.
    ///
    /// - Throws: `CoreError` where no systemd can be reached: a job that belongs in a slice does not run outside it.
    private func unitWords(_ unit: TransientUnit?, name: String, job: String) throws -> [String] {
        guard self.manager.isReachable else {
            let socket = self.manager.socket
            throw CoreError(
                .invalid,
                self.manager.isSystem
                    ? "this host makes no units: its systemd does not answer at \(socket)"
                    : "this host makes no units: the systemd of '\(self.environment.user)' does not answer at \(socket)"
            )
        }
        return [StartWord.unit + name, StartWord.manager + self.manager.socket]
            + (unit?.slice.map { [StartWord.slice + $0] } ?? [])
            + [StartWord.description + (unit?.description ?? job)]
    }

    /// What holds for all processes of the job together.
    ///
    /// - Throws: `CoreError` where the host cannot keep that: half a limit would be none.
    private func groupLimits(_ payload: ShellPayload) throws -> GroupLimits {
        var limits = GroupLimits()
        for (name, value) in payload.limits.sorted(by: { $0.key < $1.key }) {
            guard let limit = ProcessLimit(rawValue: name), let controller = limit.controller else { continue }
            guard self.controllers.contains(controller) else {
                throw CoreError(
                    .invalid,
                    "this host cannot limit '\(name)': its agent has no control groups (cgroup v2) with '\(controller)'"
                )
            }
            switch limit {
            case .totalMemory: limits.memoryBytes = UInt64(clamping: value)
            case .cpuShare: limits.cpuPercent = UInt32(clamping: value)
            case .totalProcesses: limits.processes = UInt32(clamping: value)
            case .cpu, .memory, .openFiles, .processes, .fileSize, .core: break
            }
        }
        return limits
    }

    /// What an attempt of an earlier agent was to start.
    func names(of launch: Launch, payload: ShellPayload) -> ProcessRunner.Handed {
        ProcessRunner.Handed(
            key: AttemptKey(launch),
            program: payload.interpreter ?? Self.defaultInterpreter,
            directory: payload.workingDirectory ?? self.environment.home,
            successCodes: payload.successCodes
        )
    }

    private func check(_ user: String, _ payload: ShellPayload) throws {
        guard geteuid() == 0 else {
            throw CoreError(
                .invalid,
                "the agent runs as '\(self.environment.user)' and not as root: it can't start a job as '\(user)'"
            )
        }
        guard !payload.usesScratchDirectory else {
            throw CoreError(.invalid, "a scratch directory is the agent's user's, not that of '\(user)'")
        }
    }

    private func directory(_ payload: ShellPayload, key: AttemptKey) throws -> String {
        if payload.usesScratchDirectory { return try self.scratch.make(for: key.id) }
        guard let wanted = payload.workingDirectory, !wanted.isEmpty else { return self.environment.home }
        guard wanted.hasPrefix("/") else {
            throw CoreError(.invalid, "the working directory '\(wanted)' is not an absolute path")
        }
        return wanted
    }

    /// The runner counts milliseconds in 32 bits (49 days); more is as good as no limit.
    static func milliseconds(seconds: Int) -> UInt32 {
        let (product, overflow) = max(0, seconds).multipliedReportingOverflow(by: 1000)
        return overflow ? 0 : UInt32(exactly: product) ?? 0
    }
}
