// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowSupport

/// Container jobs.
extension JobValidator {
    mutating func check(_ container: ContainerPayload) {
        self.faults.require(
            ContainerPayload.isImage(container.image),
            "executor_config.image",
            container.image.isEmpty ? "required" : "value",
            "an image is named as the engine knows it, such as 'alpine:3.20' or 'registry.example.org/team/app:1', "
                + "in at most \(ContainerPayload.imageBytes) bytes"
        )
        self.check(command: container.command)
        self.checkVariables(container.environment)
        for (name, value) in container.environment.sorted(by: { $0.key < $1.key })
        where ContainerPayload.isEnginesOwn(name) {
            self.faults.require(
                SecretReference.names(in: value).isEmpty,
                "executor_config.env.\(name)",
                "secret",
                "'\(name)' means something to the container engine too, so its value stands on the engine's command line: "
                    + "give the secret another variable"
            )
        }
        self.check(mounts: container.mounts)
        self.faults.require(
            container.user.map(ContainerPayload.isUser) ?? true,
            "executor_config.user",
            "value",
            "a user is a name or a number, with ':' and a group if need be, such as '1000:1000'"
        )
        self.faults.require(
            container.workingDirectory.map { JobLimits.isPath($0) && !TextRules.hasControlCharacters($0) } ?? true,
            "executor_config.work_dir",
            "path",
            "a working directory is an absolute path such as '/srv/data'"
        )
        if let memory = container.memoryBytes {
            let range = ContainerPayload.memoryRange
            self.faults.require(
                range.contains(memory),
                "executor_config.memory_bytes",
                "range",
                "\(memory) is outside \(range.lowerBound) to \(range.upperBound) bytes"
            )
        }
        if let share = container.cpuPercent {
            self.range(share, ContainerPayload.cpuRange, "executor_config.cpu_percent", "per cent of one processor")
        }
        self.checkSuccessCodes(container.successCodes)
    }

    private mutating func check(command: [String]) {
        self.faults.require(
            command.count <= ContainerPayload.argumentLimit,
            "executor_config.command",
            "too_many",
            "at most \(ContainerPayload.argumentLimit) arguments"
        )
        self.faults.require(
            command.reduce(0) { $0 + $1.utf8.count } <= JobLimits.payloadBytes,
            "executor_config.command",
            "length",
            "a command has at most \(JobLimits.payloadBytes) bytes"
        )
        for (index, argument) in command.enumerated() {
            let path = "executor_config.command[\(index)]"
            self.faults.require(!argument.utf8.contains(0), path, "characters", "a command has no NUL character")
            self.faults.require(
                !argument.contains("${secret:"),
                path,
                "secret",
                "arguments are there for everybody on the host to read: name the secret in an environment variable"
            )
        }
    }

    private mutating func check(mounts: [ContainerPayload.Mount]) {
        self.faults.require(
            mounts.count <= ContainerPayload.mountLimit,
            "executor_config.mounts",
            "too_many",
            "at most \(ContainerPayload.mountLimit) mounts"
        )
        var targets: Set<[UInt8]> = []
        for (index, mount) in mounts.enumerated() {
            let path = "executor_config.mounts[\(index)]"
            for (name, place) in [("source", mount.source), ("target", mount.target)] {
                self.faults.require(
                    ContainerPayload.isMountPath(place),
                    "\(path).\(name)",
                    "path",
                    "a path is absolute, without '..', commas, colons and quotation marks"
                )
            }
            self.faults.require(
                targets.insert(Array(mount.target.utf8)).inserted,
                "\(path).target",
                "duplicate",
                "two mounts have this place in the container"
            )
        }
    }
}
