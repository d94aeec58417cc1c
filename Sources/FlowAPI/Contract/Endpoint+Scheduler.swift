// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var schedulerContract: Contract? {
        switch self {
        case .schedulerStatus:
            Contract(.system, "Says whether schedules fire at all").answers(Self.schedulerAnswer)
        case .stopScheduler:
            Contract(.system, "Stops the scheduler: nothing fires by schedule until it is started")
                .about(
                    "On every host that hears of it, connected or not, and over restarts of servers and hosts. What runs goes on; "
                        + "triggers by hand, by webhook and by other tasks still start. A scheduler that is stopped stays as it is."
                )
                .body(
                    .body(
                        required: [:],
                        optional: [
                            "reason": Schema.string(upTo: ReasonRule.limit, from: 1).orNull.about(
                                "Why, for whoever asks why a task did not run."
                            )
                        ]
                    ),
                    isRequired: false,
                    examples: ["maintenance": ["reason": JSON.string("database maintenance")].json]
                )
                .answers(Self.schedulerAnswer)
        case .startScheduler:
            Contract(.system, "Starts the scheduler again")
                .about("What came due meanwhile is missed, and each task's `misfire` says what becomes of it.")
                .answers(Self.schedulerAnswer)
        default: nil
        }
    }

    private static let schedulerAnswer = Schema.answer([
        "is_running": .boolean,
        "stop": Schema.answer([
            "since": .timestamp, "until": Schema.timestamp.orNull.about("Null while it goes on."), "by": .string,
            "ended_by": .string.orNull, "reason": .string.orNull, "text": .text,
        ]).orNull.about("The newest stop, over or not."),
        "hosts_connected": .integer,
        "hosts_told": .integer.about("Connected hosts where that is in force."),
        "hosts_deaf": .integer.about("Connected hosts of a version that goes on by its own clock; upgrade them."),
    ])
}
