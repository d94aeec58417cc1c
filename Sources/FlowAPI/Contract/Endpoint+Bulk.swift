// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var bulkContract: Contract? {
        switch self {
        case .bulkTasks:
            Contract(
                .tasks,
                "Does something to all tasks that a filter finds: counts first, and does it with the token"
            )
            .about(Self.bulkAbout)
            .narrowedByTraits
            .narrowedAsTasks
            .body(
                .body(
                    required: ["action": .choice(of: BulkRoutes.Action.self)],
                    optional: [
                        "token": Self.bulkToken,
                        "until": .timestamp.orNull.about("Of disable: a pause until then."),
                        "reason": Schema.string(upTo: ReasonRule.limit, from: 1).orNull.about(
                            "Why it is paused; with 'until'."
                        ),
                        "labels": .dictionary(.string).about("Of label: these are set."),
                        "remove_labels": .array(.string).about("Of label: these go."),
                        "add_groups": .array(.integer).about("Of group."),
                        "remove_groups": .array(.integer).about("Of group."),
                    ]
                ),
                examples: [
                    "count": .object([.init("action", "disable")]),
                    "label": .object([
                        .init("action", "label"), .init("labels", JSON.object([.init("team", "billing")])),
                    ]),
                ]
            )
            .answers(Self.bulkAnswer)
            .refuses(.conflict)
        case .stopExecutions:
            Contract(
                .executions,
                "Stops all open executions that a filter finds: counts first, and does it with the token"
            )
            .about(Self.bulkAbout)
            .narrowedByTraits
            .narrowedAsExecutions
            .body(
                .body(
                    required: [:],
                    optional: ["token": Self.bulkToken, "force": .boolean.about("SIGKILL at once.")]
                ),
                isRequired: false,
                examples: ["count": .object([.init("force", false)])]
            )
            .answers(Self.bulkAnswer)
            .refuses(.conflict)
        case .retryExecutions:
            Contract(
                .executions,
                "Runs all ended executions that a filter finds again: counts first, and does it with the token"
            )
            .about(Self.bulkAbout)
            .narrowedByTraits
            .narrowedAsExecutions
            .body(
                .body(required: [:], optional: ["token": Self.bulkToken]),
                isRequired: false,
                examples: ["count": .object([])]
            )
            .answers(Self.bulkAnswer)
            .refuses(.conflict)
        default: nil
        }
    }

    private static let bulkAbout =
        "Without `token` nothing is done: the answer has how many it would be, and a token for ten minutes. With it, each is done as if asked for "
        + "alone, as long as these are still the ones; otherwise 409 `set_changed` with the new count. At most 1,000."

    private static let bulkToken = Schema.string(upTo: 100, from: 1).orNull.about("What the count was answered with.")
        .example("1795255200000-00")

    private static let bulkAnswer = Schema.answer(["count": .integer]).with(optional: [
        "token": .string.about("Without one in the body: what does it."),
        "names": .array(.string).about("Of the first few."),
        "done": .integer, "waiting": .integer.about("These take two persons: requests wait for the other one."),
        "refused": .integer,
        "results": .array(
            Schema.answer(["id": .string, "name": .string, "result": .choice(["done", "waiting", "refused"])])
                .with(optional: [
                    "approval_id": .uuid, "error": .string, "message": .string,
                    "text": Schema.text.about("`message` in both languages."),
                ])
        ),
    ])
}

extension Contract {
    /// As the list of tasks is narrowed.
    var narrowedAsTasks: Contract {
        self.query("status", .integer(0...1).about("0 disabled, 1 enabled."))
            .query("group_id", .integer)
            .query("keyword", .string(upTo: Query.keywordLimit).about("Part of name or command."))
    }

    /// As the list of executions is narrowed.
    var narrowedAsExecutions: Contract {
        self.query("type", Endpoint.runTypes)
            .query("task_id", .integer)
            .query("group_id", .integer.about("Of tasks that are bound to it now."))
            .query("client_id", .string)
            .query(
                "status",
                .string.about("Numbers or names, separated by commas or repeated: 4,failure.").example("failure")
            )
            .query("run_id", .uuid)
            .query("keyword", .string(upTo: Query.keywordLimit).about("Part of the task's name."))
            .query("start_time", .timestamp.about("Not before."))
            .query("end_time", .timestamp.about("Not after."))
            .query("fingerprint", .string(upTo: 64).about("Failures that read like this: `/reports/fingerprints`."))
    }
}
