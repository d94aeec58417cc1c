// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var executionContract: Contract? {
        switch self {
        case .listExecutions:
            Contract(.executions, "Lists executions, the newest first").paged.narrowedByTraits.narrowedAsExecutions
                .query("before", .uuid.about("Only older ones than this: pages without end."))
                .answersPage(of: .reference("Execution"))
        case .executionStatistics:
            Contract(.executions, "Counts executions by how they ended")
                .query("task_id", .integer)
                .query("date_range", .string.with(.init("pattern", "^[0-9]+[hd]$")).byDefault("7d"))
                .answers(.answer(Schema.sums))
        case .getExecution:
            Contract(.executions, "Shows an execution")
                .answers(
                    .answer(
                        Schema.execution,
                        and: [
                            "client_ip": Schema.string.orNull.about(
                                "Where the host was last seen; null of a removed one."
                            ),
                            "job_version": .integer, "error": .string.orNull, "error_text": Schema.text.orNull,
                            "params": .dictionary(.string),
                            "cancel_requested": .boolean,
                            "data_time": Schema.timestamp.orNull.about("The past time that a backfill makes up for."),
                            "output_preview": Schema.string.orNull.about(
                                "The first 4 and the last 6 KiB."
                            ),
                            "output_truncated": .boolean.about("There is more than the preview shows."),
                            "output_bytes": .integer, "output_hint": Schema.choice(["view full log"]).orNull,
                            "attempts": .array(.reference("Attempt")),
                            "outputs": Schema.dictionary(.string).about("What it hands on, to whom may read output."),
                            "fingerprint": Schema.string.orNull.about(
                                "What its failure is counted with, once it was read."
                            ),
                            "placement": Schema.answer([
                                "fence": .integer, "slot": .integer, "slots": .integer, "item": .string.orNull,
                                "placed_at": .timestamp.orNull, "moved_to": .uuid.orNull, "before": .array(.string),
                                "choice": .reference("PlacementChoice").orNull,
                            ]).orNull.about("Why it is on this host; null where it runs on each."),
                        ]
                    )
                )
        case .getLog:
            Contract(.executions, "Reads output by bytes or by lines, up to 1 MiB at a time")
                .about(
                    "Lines are counted from 1, in the order of arrival, in what is stored: what was cut away has no numbers."
                )
                .query("attempt", Self.attempt)
                .query("from", .integer(0...Int64.max).byDefault(0).about("A byte: the 'next' of the page before."))
                .query(
                    "limit",
                    .integer(Int64(ExecutionRoutes.leastPage)...Int64(LogPresenter.pageLimit))
                        .byDefault(LogPresenter.pageLimit).about("Bytes.")
                )
                .query(
                    "line",
                    .integer(1...Int64.max).about("A line, and not a byte, to begin with: the 'next_line' of before.")
                )
                .query(
                    "lines",
                    .integer(1...ExecutionRoutes.lineLimit).about(
                        "How many lines; from the first on without 'line'. 1000 where only 'line' is said."
                    )
                )
                .answers(.reference("Output"))
        case .searchLog:
            Contract(.executions, "Looks for a text in output, line by line")
                .about(
                    "A request looks for about 300 ms. 'next' says where the next one goes on ('from'); it is null when all "
                        + "that is stored was looked at."
                )
                .query(
                    "q",
                    .string(upTo: Query.keywordLimit, from: 1).about("Within one line.").example("error"),
                    isRequired: true
                )
                .query("ignore_case", .boolean.byDefault(false).about("Of the letters A to Z."))
                .query("attempt", Self.attempt)
                .query("from", .integer(0...Int64.max).byDefault(0).about("A byte."))
                .query("limit", .integer(1...ExecutionRoutes.matchLimit).byDefault(100).about("Lines."))
                .answers(
                    .answer([
                        "attempt": .integer,
                        "matches": .array(
                            .answer([
                                "offset": .integer.about("Of the text, in bytes."), "line": .integer,
                                "line_offset": .integer.about("Of the line's beginning, in bytes."),
                                "stream": .choice(["stdout", "stderr"]),
                                "text": .string.about("The line, or of a long one what stands around the text."),
                            ])
                        ),
                        "next": .integer.orNull, "searched_bytes": .integer, "complete": .boolean,
                    ])
                )
        case .cancelExecution:
            Contract(.executions, "Stops an execution")
                .body(
                    .body(required: [:], optional: ["force": .boolean.byDefault(false).about("SIGKILL at once.")]),
                    isRequired: false,
                    examples: ["kill": .object([.init("force", true)])]
                )
                .answers(.reference("Execution")).refuses(.conflict)
        case .retryExecution:
            Contract(.executions, "Runs an execution again, on its host")
                .header("Idempotency-Key", Self.idempotencyKey)
                .answers(.reference("Started"), status: .created).refuses(.conflict)
        case .listRuns:
            Contract(.executions, "Lists runs, the newest first").paged.narrowedByTraits
                .query("task_id", .integer)
                .query("group_id", .integer.about("Of tasks that are bound to it now."))
                .query("type", Self.runTypes)
                .query(
                    "status",
                    .string.about(
                        "\(RunState.allCases.map(\.rawValue).joined(separator: ", ")); several separated by commas."
                    )
                    .example("failed")
                )
                .query(
                    "keyword",
                    .string(upTo: Query.keywordLimit)
                        .about("Part of the task's name, or how the name of a host begins.")
                )
                .query(
                    "sort",
                    .choice(RunQuery.Sort.allCases.flatMap { [$0.rawValue, "-" + $0.rawValue] })
                        .about(
                            """
                            -created_at without it. By finished_at or duration: of the newest \(RunQuery.sortLimit) that match, \
                            those that are open last.
                            """
                        )
                )
                .query("start_time", .timestamp.about("Made then or later."))
                .query("end_time", .timestamp.about("Made before."))
                .answersPage(of: .reference("Run"))
        case .getRun:
            Contract(.executions, "Shows a run and its first hundred executions")
                .answers(
                    .answer(
                        Schema.runMembers,
                        and: [
                            "work": OwnWorkPresenter.schema,
                            "params": .dictionary(.string), "executions": .array(.reference("Execution")),
                            "slots": Schema.array(
                                .answer([
                                    "execution_id": .uuid, "slot": .integer, "slots": .integer, "item": .string.orNull,
                                ])
                            ).about("Which slot each of them has; none of a task that runs on each host, or once."),
                            "waves": Self.waves.orNull.about("Of a run that goes over its hosts in waves."),
                            "timeline": .array(Self.timelineEntry),
                        ]
                    )
                )
        case .holdWaves:
            Contract(.executions, "Holds a run in waves: no further wave begins until it is continued")
                .answers(Self.waves).refuses(.conflict)
        case .continueWaves:
            Contract(.executions, "Continues a run in waves that somebody holds")
                .answers(Self.waves).refuses(.conflict)
        case .stopWaves:
            Contract(.executions, "Ends a run in waves: what has begun ends by itself, the rest is cancelled")
                .answers(Self.waves).refuses(.conflict)
        case .stopRun:
            Contract(.executions, "Stops all that is open of a run; repeated, it answers how it is now")
                .body(
                    .body(required: [:], optional: ["force": .boolean.byDefault(false).about("SIGKILL at once.")]),
                    isRequired: false,
                    examples: ["kill": .object([.init("force", true)])]
                )
                .answers(
                    .answer(
                        Schema.runMembers,
                        and: [
                            "asked": Schema.integer.about("Executions that were open."), "refused_count": .integer,
                            "refused": .array(
                                .answer([
                                    "execution_id": .uuid, "client_id": .string, "message": .string, "text": .text,
                                ])
                            ).about("Those that you may not stop, at most 20."),
                        ]
                    )
                )
                .refuses(.conflict)
        case .retryRun:
            Contract(.executions, "Runs a run again: the same parameters on the same hosts, as a new run")
                .header("Idempotency-Key", Self.idempotencyKey)
                .answers(.reference("Started"), status: .created).refuses(.conflict)
        case .exportRun:
            Contract(.executions, "Gives a run with what its units did and wrote, as a file; at most 200 units")
                .query("format", .choice(of: ExecutionRoutes.ExportFormat.self).byDefault("json"))
                .query("language", .choice(of: Language.self).about("Of the text; Accept-Language without it."))
                .answers(.other(["application/json; charset=utf-8", "text/plain; charset=utf-8"]))
        default: nil
        }
    }

    private static let attempt = Schema.integer(ExecutionRoutes.attempts).about("The last one without it.")
    static let runTypes = Schema.string.about(
        "\(RunType.allCases.map(\.rawValue).joined(separator: ", ")), scheduler, github-webhook or automatic; "
            + "several separated by commas."
    ).example("manual")

    private static let waves = Schema.answer([
        "phase": .choice(of: WaveRollout.Phase.self),
        "wave": Schema.integer.about("The last that has begun; 0 = none."),
        "waves": .integer, "wave_began_at": .timestamp.orNull,
        "next_at": Schema.timestamp.orNull.about("When the next wave begins, while there is a pause."),
        "held_by": .string.orNull, "text": .text,
        "list": .array(
            .answer([
                "wave": .integer, "hosts": .integer, "units": Schema.dictionary(.integer).about("By state."),
                "executions": Schema.array(.uuid).about("At most 100."),
            ])
        ),
    ])

    private static let timelineEntry = Schema.answer([
        "time": .timestamp, "action": .choice(RunTimeline.actions), "execution_id": .uuid.orNull,
        "client_id": .string.orNull, "client_name": .string.orNull, "status": .string.orNull, "text": .text,
        "attempt": .integer.orNull, "detail": .string.orNull, "detail_text": Schema.text.orNull,
    ])
}
