// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Configurations of container tasks, in requests and answers.
enum ContainerBody {
    static func read(_ reader: inout FieldReader) -> ContainerPayload {
        var container = ContainerPayload(image: reader.requiredString("image"))
        container.command = reader.strings("command") ?? []
        container.environment = reader.dictionary("env") ?? [:]
        container.mounts = (reader.objects("mounts") ?? []).map { reader in
            var reader = reader
            let mount = ContainerPayload.Mount(
                source: reader.requiredString("source"),
                target: reader.requiredString("target"),
                isReadOnly: reader.bool("read_only") ?? true
            )
            reader.close()
            return mount
        }
        container.network = reader.choice("network") ?? .bridge
        container.pull = reader.choice("pull") ?? .missing
        // Forms send an empty text for "none".
        container.user = reader.string("user").flatMap { $0.isEmpty ? nil : $0 }
        container.workingDirectory = reader.string("work_dir").flatMap { $0.isEmpty ? nil : $0 }
        container.memoryBytes = reader.integer("memory_bytes")
        container.cpuPercent = reader.int("cpu_percent")
        container.successCodes = TaskBody.successCodes(&reader)
        return container
    }

    static func configuration(_ container: ContainerPayload) -> JSON {
        .object([
            .init("image", container.image),
            .init("command", container.command),
            .init("env", container.environment),
            .init(
                "mounts",
                container.mounts.map {
                    JSON.object([
                        .init("source", $0.source), .init("target", $0.target), .init("read_only", $0.isReadOnly),
                    ])
                }
            ),
            .init("network", container.network.rawValue),
            .init("pull", container.pull.rawValue),
            .init("user", container.user),
            .init("work_dir", container.workingDirectory),
            .init("memory_bytes", container.memoryBytes),
            .init("cpu_percent", container.cpuPercent),
            .init("success_codes", container.successCodes.isEmpty ? [0] : container.successCodes),
        ])
    }
}
