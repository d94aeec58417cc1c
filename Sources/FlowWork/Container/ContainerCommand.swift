// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What the engine's command is told to run one container.
///
/// A variable's value reaches it through its environment and stands in no argument, which everybody on the host may read,
/// but for names that the command itself would listen to.
struct ContainerCommand {
    let arguments: [String]
    let environment: [String: String]

    /// Where the program in the container finds its file for outputs.
    static let outputsPath = "/run/quartzflow-output"

    /// - Parameters:
    ///   - name: the container's.
    ///   - inherited: the environment of this process.
    ///   - outputs: a file on the host.
    init(
        name: String,
        order: WorkOrder,
        container: ContainerPayload,
        inherited: [String: String],
        outputs: String?
    ) {
        var environment = inherited
        var variables = inherited.filter { $0.key.hasPrefix("QF_") }
        for (parameter, value) in order.parameters { variables["QF_PARAM_\(parameter.uppercased())"] = value }
        var mounts = container.mounts
        if let outputs {
            variables["QF_OUTPUT"] = Self.outputsPath
            mounts.append(.init(source: outputs, target: Self.outputsPath, isReadOnly: false))
        }
        var words = [
            "run", "--rm", "--name", name, "--log-driver", "none", "--pull", container.pull.rawValue,
            "--network", container.network.rawValue, "--label", "quartzflow.execution=\(order.executionID)",
            "--label", "quartzflow.task=\(order.taskID)",
        ]
        if let agent = inherited["QF_AGENT_DATA"] { words += ["--label", "\(ContainerPayload.agentLabel)=\(agent)"] }
        for (name, value) in container.environment {
            if ContainerPayload.isEnginesOwn(name) {
                words += ["--env", "\(name)=\(value)"]
            } else {
                variables[name] = variables[name] ?? value
            }
        }
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            environment[name] = value
            words += ["--env", name]
        }
        for mount in mounts {
            let mode = mount.isReadOnly ? ",readonly" : ""
            words += ["--mount", "type=bind,source=\(mount.source),target=\(mount.target)\(mode)"]
        }
        if let user = container.user { words += ["--user", user] }
        if let directory = container.workingDirectory { words += ["--workdir", directory] }
        if let bytes = container.memoryBytes { words += ["--memory", "\(bytes)b"] }
        if let share = container.cpuPercent { words += ["--cpus", Self.decimal(hundredths: share)] }
        self.arguments = words + [container.image] + container.command
        self.environment = environment
    }

    private static func decimal(hundredths: Int) -> String {
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
