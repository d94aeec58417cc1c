// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Configurations of plugin, SQL, built-in and container tasks.
extension Schema {
    /// What a script's process may use at most.
    static let limits = Schema.body(
        required: [:],
        optional: [
            "cpu_seconds": Self.limit(.cpu, "Of the processor."),
            "memory_bytes": Self.limit(.memory, "Of address space."),
            "open_files": Self.limit(.openFiles, "Descriptors."),
            "processes": Self.limit(.processes, "Of the user, not only this task's."),
            "file_bytes": Self.limit(.fileSize, "Of one file that it writes."),
            "core_bytes": Self.limit(.core, "Of a core dump."),
            "total_memory_bytes": Self.limit(.totalMemory, "Of all its processes together; the host needs cgroup v2."),
            "total_processes": Self.limit(.totalProcesses, "All together; the host needs cgroup v2."),
            "cpu_percent": Self.limit(.cpuShare, "Of one processor, all together; the host needs cgroup v2."),
        ]
    ).about("The agent's own without it.")

    /// The unit of systemd that a script runs in.
    static let unit = Schema.body(
        required: [:],
        optional: [
            "slice": .string(upTo: TransientUnit.nameBytes).orNull.about("The manager's usual one without it.")
                .example("batch.slice"),
            "description": .string(upTo: TransientUnit.descriptionBytes).orNull.about("The task's name without it."),
        ]
    ).orNull.about(
        "Runs in a transient scope of the host's systemd; a host without one starts nothing. Null: none of its own."
    )

    private static func limit(_ limit: ProcessLimit, _ words: String) -> Schema {
        Schema.integer(limit.range).about(words)
    }

    private static func value(_ words: String) -> Schema { Schema.string(upTo: JobLimits.parameterBytes).about(words) }

    static let plugin = Schema.body(
        required: [
            "plugin": .string(upTo: 64, from: 1).about("Its file's name in the host's directory of plugins.")
                .example("disk-report")
        ],
        optional: [
            "parameters": .dictionary(Self.value("May name parameters of the run as {{name}}, and secrets."))
        ]
    )

    static let sql = Schema.body(
        required: [
            "connection": .string(upTo: JobLimits.connectionBytes, from: 1)
                .about("postgres://USER@HOST/DATABASE or sqlite:/PATH; usually the name of a secret that holds it.")
                .example("secret:REPORTS_DB"),
            "statements": .array(
                .body(
                    required: ["sql": .string(upTo: JobLimits.payloadBytes, from: 1).about("One statement.")],
                    optional: [
                        "parameters": .array(Self.value("Bound as $1, $2 (SQLite: ?1, ?2); may name {{name}}."))
                    ]
                )
            ).about("All in one transaction."),
        ],
        optional: [
            "row_limit": .integer(0...Int64(JobLimits.rows)).byDefault(SQLPayload.standardRowLimit)
                .about("Rows of each statement that are shown.")
        ]
    )

    private static func builtin(_ name: String) -> Schema { .choice([name]) }

    static let cleanFiles = Schema.body(
        required: [
            "builtin": Self.builtin("clean_files"), "path": .string(upTo: JobLimits.pathBytes, from: 1),
            "older_than_days": .integer(0...Int64(JobLimits.days)),
        ],
        optional: [
            "pattern": .string(upTo: JobLimits.pathPartBytes, from: 1).orNull.about("For names, such as *.log."),
            "dry_run": .boolean.byDefault(false).about("Says what it would delete."),
        ]
    )

    static let checkTCP = Schema.body(
        required: [
            "builtin": Self.builtin("check_tcp"), "host": .string(upTo: 253, from: 1), "port": .integer(1...65_535),
        ]
    )

    static let checkHTTP = Schema.body(
        required: ["builtin": Self.builtin("check_http"), "url": .string(upTo: 2048, from: 1)],
        optional: ["expected_status": .array(.integer).about("Empty: 200 to 299.")]
    )

    static let checkDisk = Schema.body(
        required: [
            "builtin": Self.builtin("check_disk"), "path": .string(upTo: JobLimits.pathBytes, from: 1),
            "min_free_percent": .integer(0...100),
        ]
    )

    static let container = Schema.body(
        required: [
            "image": .string(upTo: ContainerPayload.imageBytes, from: 1).about("As the host's engine knows it.")
                .example("alpine:3.20")
        ],
        optional: [
            "command": .array(.string).about("Program and arguments; the image's own without it."),
            "env": .dictionary(.string).about("May name secrets."),
            "mounts": .array(
                .body(
                    required: [
                        "source": .string(upTo: JobLimits.pathBytes, from: 1).about("On the host; it has to be there."),
                        "target": .string(upTo: JobLimits.pathBytes, from: 1).about("In the container."),
                    ],
                    optional: ["read_only": .boolean.byDefault(true)]
                )
            ),
            "network": .choice(of: ContainerPayload.Network.self).byDefault("bridge"),
            "pull": .choice(of: ContainerPayload.Pull.self).byDefault("missing")
                .about("When the image is fetched; the time limit of the task holds for that too."),
            "user": .string.orNull.about("NAME, NUMBER, either with :GROUP; the image's own without it."),
            "work_dir": .string.orNull.about("In the container; the image's own without it."),
            "memory_bytes": .integer(ContainerPayload.memoryRange).orNull,
            "cpu_percent": .integer(
                Int64(ContainerPayload.cpuRange.lowerBound)...Int64(ContainerPayload.cpuRange.upperBound)
            )
            .orNull.about("Of one processor: 150 is one and a half."),
            "success_codes": .array(.integer).about("Exit codes that mean success; 0 alone without it."),
        ]
    )
}
