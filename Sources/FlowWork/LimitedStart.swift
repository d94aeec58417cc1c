// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess
import Foundation

/// Becomes another program, in a unit of its own, with less that it may use or as another user:
/// `limits NAME=VALUE… -- PROGRAM ARGUMENT…`.
enum LimitedStart {
    static func run(_ words: [String]) -> Int32 {
        guard let separator = words.firstIndex(of: "--"), separator + 1 < words.count else {
            WorkLog.complain("limits: no program is named")
            return WorkExit.unstarted.rawValue
        }
        let program = Array(words[(separator + 1)...])
        var variables = ProcessInfo.processInfo.environment
        do throws(WorkFailure) {
            let wanted = try StartWishes(words[..<separator])
            try wanted.enterUnit()
            for (limit, value) in wanted.limits where limit.controller == nil {
                guard Self.set(limit, value) else {
                    let reason = String(cString: strerror(errno))
                    throw WorkFailure(.unstarted, "the limit \(limit.rawValue) cannot be set: \(reason)")
                }
            }
            if let user = wanted.user {
                variables = try UserStart.become(user, directory: wanted.directory, variables)
            }
        } catch {
            WorkLog.complain(error.message)
            return WorkExit.unstarted.rawValue
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = program.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        // A new program keeps what is ignored, and no script expects that of this one: `yes | head -n 1` has to end.
        signal(SIGPIPE, SIG_DFL)
        execve(program[0], &arguments, &environment)
        WorkLog.complain("\(program[0]) could not be started: \(String(cString: strerror(errno)))")
        return errno == ENOENT ? 127 : WorkExit.unstarted.rawValue
    }

    /// Never above what is there: a limit takes away and does not give.
    private static func set(_ limit: ProcessLimit, _ value: UInt64) -> Bool {
        guard let resource = Self.resource(limit) else { return false }
        var bounds = rlimit()
        guard getrlimit(resource, &bounds) == 0 else { return false }
        bounds.rlim_max = min(bounds.rlim_max, rlim_t(value))
        bounds.rlim_cur = bounds.rlim_max
        return setrlimit(resource, &bounds) == 0
    }

    /// - Returns: nil for what holds of all processes together.
    private static func resource(_ limit: ProcessLimit) -> __rlimit_resource_t? {
        let resource: __rlimit_resource? =
            switch limit {
            case .cpu: RLIMIT_CPU
            case .memory: RLIMIT_AS
            case .openFiles: RLIMIT_NOFILE
            case .processes: __RLIMIT_NPROC
            case .fileSize: RLIMIT_FSIZE
            case .core: RLIMIT_CORE
            case .totalMemory, .totalProcesses, .cpuShare: nil
            }
        return resource.map { __rlimit_resource_t($0.rawValue) }
    }
}
