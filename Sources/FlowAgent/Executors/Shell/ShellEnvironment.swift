// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Glibc

/// What a shell job finds in its environment: what cron would give it, what the job says, and the words about its execution.
struct ShellEnvironment: Sendable {
    /// Home of the user the jobs run as; where they start unless they say otherwise.
    let home: String
    let user: String

    static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    init() {
        if let entry = getpwuid(getuid())?.pointee, let name = entry.pw_name, let home = entry.pw_dir {
            (self.user, self.home) = (String(cString: name), String(cString: home))
        } else {
            (self.user, self.home) = ("nobody", "/")
        }
    }

    /// `NAME=value` entries.
    ///
    /// Of a job that runs as another user it has no home and no name: whoever becomes that user looks them up.
    ///
    /// - Throws: `CoreError` when a name is none.
    func entries(for launch: Launch, payload: ShellPayload, interpreter: String) throws -> [String] {
        let order = launch.order
        var environment = [
            "PATH": Self.defaultPath, "HOME": self.home, "USER": self.user, "LOGNAME": self.user, "SHELL": interpreter,
            "LANG": "C.UTF-8",
        ]
        if self.isOther(payload.runAs) {
            for name in ["HOME", "USER", "LOGNAME"] { environment[name] = nil }
        }
        for (name, value) in payload.environment {
            guard VariableName.isValid(name, limit: VariableName.environmentLimit) else {
                throw CoreError(.invalid, "'\(name)' is no name for an environment variable")
            }
            environment[name] = value
        }
        for (name, value) in order.values {
            guard VariableName.isValid(name, limit: VariableName.parameterLimit) else {
                throw CoreError(.invalid, "'\(name)' is no name for a parameter")
            }
            environment["QF_PARAM_\(name.uppercased())"] = value
        }
        // Last, so that neither the job nor a parameter can forge them.
        environment["QF_EXECUTION_ID"] = order.executionID.description
        environment["QF_RUN_ID"] = order.runID.description
        environment["QF_TASK_ID"] = String(order.job.id)
        environment["QF_TASK_NAME"] = order.job.name
        environment["QF_SCHEDULED_TIME"] = order.scheduledTime.rfc3339()
        environment["QF_ATTEMPT"] = String(launch.attempt)
        for (name, value) in order.hold?.environment ?? [:] { environment[name] = value }
        environment["QF_AGENT_DATA"] = nil
        environment["QF_OUTPUT"] = nil
        return environment.map { "\($0.key)=\($0.value)" }
    }

    /// Whether a job is to run as somebody else than the agent.
    func isOther(_ user: String?) -> Bool { user.map { $0 != self.user } ?? false }
}
