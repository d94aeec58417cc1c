// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Turns a shell job's attempt into the process to start.
///
/// The script is fixed when the job is saved; parameters arrive as `QF_PARAM_<NAME>` (upper-cased) and as arguments in the
/// order of their names, after the job's name. Nothing is ever spliced into the script (S1-NFR-S2).
struct ShellExecutor: Sendable {
    /// What every job gets before its own environment.
    let baseEnvironment: [String: String]
    let shell: String
    /// Where executions without a working directory of their own run.
    let scratch: String

    static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    init(scratch: String) {
        self.scratch = scratch
        self.shell = access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"
        let user = Self.user()
        self.baseEnvironment = [
            "PATH": Self.defaultPath, "HOME": user.home, "USER": user.name, "LOGNAME": user.name, "SHELL": self.shell,
            "LANG": "C.UTF-8",
        ]
    }

    /// - Throws: `CoreError` whose message becomes the detail of FAILURE(SPAWN).
    func request(for launch: Launch, payload: ShellPayload) throws -> ProcessRequest {
        let order = launch.order
        let parameters = order.parameters.sorted { $0.key < $1.key }
        var environment = self.baseEnvironment
        for (name, value) in payload.environment {
            guard Self.isName(name) else {
                throw CoreError(.invalid, "'\(name)' is no name for an environment variable")
            }
            environment[name] = value
        }
        for (name, value) in parameters {
            guard Self.isName(name) else { throw CoreError(.invalid, "'\(name)' is no name for a parameter") }
            environment["QF_PARAM_\(name.uppercased())"] = value
        }
        // Last, so that neither the job nor a parameter can forge them.
        environment["QF_EXECUTION_ID"] = order.executionID.description
        environment["QF_RUN_ID"] = order.runID.description
        environment["QF_TASK_ID"] = String(order.job.id)
        environment["QF_TASK_NAME"] = order.job.name
        environment["QF_SCHEDULED_TIME"] = order.nominal.rfc3339()
        environment["QF_ATTEMPT"] = String(launch.attempt)
        environment["QF_AGENT_DATA"] = nil
        let arguments = [self.shell, "-c", payload.command, order.job.name] + parameters.map(\.value)
        guard !(arguments + environment.values).contains(where: { $0.utf8.contains(0) }) else {
            throw CoreError(.invalid, "the script, a parameter or a variable contains a NUL byte")
        }
        return ProcessRequest(
            key: AttemptKey(id: order.executionID, attempt: launch.attempt),
            timeoutMilliseconds: UInt32(clamping: order.job.policies.timeoutSeconds * 1000),
            program: self.shell,
            directory: try self.directory(payload, order: order),
            arguments: arguments,
            environment: environment.map { "\($0.key)=\($0.value)" }
        )
    }

    /// The scratch directory of an execution.
    func scratchDirectory(_ id: ExecutionID) -> String { "\(self.scratch)/\(id)" }

    private func directory(_ payload: ShellPayload, order: Order) throws -> String {
        guard let wanted = payload.workingDirectory, !wanted.isEmpty else {
            let own = self.scratchDirectory(order.executionID)
            guard mkdir(own, 0o700) == 0 || errno == EEXIST else {
                throw CoreError(.unavailable, "cannot make \(own): \(String(cString: strerror(errno)))")
            }
            return own
        }
        guard wanted.hasPrefix("/"), !wanted.utf8.contains(0) else {
            throw CoreError(.invalid, "the working directory '\(wanted)' is not an absolute path")
        }
        var information = stat()
        guard stat(wanted, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw CoreError(.invalid, "the working directory '\(wanted)' does not exist on this host")
        }
        return wanted
    }

    /// A letter or underscore, then letters, digits and underscores; at most 64.
    static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 64, !(0x30...0x39).contains(first) else { return false }
        return bytes.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
        }
    }

    private static func user() -> (name: String, home: String) {
        guard let entry = getpwuid(getuid())?.pointee, let name = entry.pw_name, let home = entry.pw_dir else {
            return ("nobody", "/")
        }
        return (String(cString: name), String(cString: home))
    }
}
