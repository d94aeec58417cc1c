// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var backfillContract: Contract? {
        switch self {
        case .backfillTask:
            Contract(.tasks, "Runs a task for past times of its schedule, or says what that would be")
                .about(
                    "One time after the other; a host that has started a time already is left out unless `force` is said. Scripts find "
                        + "the past time in QF_SCHEDULED_TIME. Tasks that wait for this one are not started."
                )
                .body(
                    .body(
                        required: [
                            "from": Schema.timestamp.about("Included.").example("2026-11-01T00:00:00Z"),
                            "to": Schema.timestamp.about("Excluded, and not in the future.").example(
                                "2026-11-08T00:00:00Z"
                            ),
                        ],
                        optional: [
                            "concurrency": .integer(1...Int64(BackfillPace.concurrencyRange.upperBound))
                                .byDefault(BackfillPace.standard.concurrency)
                                .about("Runs that are open at once; no more than the task's overlap policy lets be."),
                            "per_minute": .integer(1...Int64(BackfillPace.perMinuteRange.upperBound))
                                .byDefault(BackfillPace.standard.perMinute).about("Starts a minute."),
                            "force": .boolean.byDefault(false).about("Times that ran already run again."),
                            "params": .dictionary(.string).about("Environment variables QF_PARAM_*."),
                            "dry_run": .boolean.byDefault(false).about("Nothing is started."),
                        ]
                    ),
                    examples: [
                        "preview": .object([
                            .init("from", "2026-11-01T00:00:00Z"), .init("to", "2026-11-08T00:00:00Z"),
                            .init("dry_run", true),
                        ])
                    ]
                )
                .answers(
                    .answer([
                        "total": .integer, "first_time": .timestamp, "last_time": .timestamp,
                        "already_ran": .integer.about("Times that every host of the task has started already."),
                        "backfill": Schema.reference("Backfill").orNull.about("Null for a dry run."),
                    ]),
                    status: .created
                )
                .mayAnswer(.ok).refuses(.conflict)
        case .listBackfills:
            Contract(.tasks, "Lists the backfills of a task, the newest first").paged
                .answersPage(of: .reference("Backfill"))
        case .getBackfill: Contract(.tasks, "Shows a backfill").answers(.reference("Backfill"))
        case .cancelBackfill:
            Contract(.tasks, "Cancels a backfill: what runs goes on, and no further time starts")
                .answers(.reference("Backfill"))
        default: nil
        }
    }
}

extension Schema {
    static let backfills: [String: Schema] = [
        "Backfill": Schema.answer([
            "id": .uuid, "task_id": .integer, "task_name": .string, "from": .timestamp, "to": .timestamp,
            "concurrency": .integer, "per_minute": .integer, "force": .boolean, "params": .dictionary(.string),
            "state": .choice(of: Backfill.State.self),
            "reason": Schema.choice(of: Backfill.Ending.self).orNull.about("Why it ended though times were left."),
            "waiting": Schema.choice(of: Backfill.Wait.self).orNull.about("Why the next time has to wait."),
            "text": .text, "total": .integer.about("Times in the range when it began."),
            "looked_at": .integer.about("Times that had their turn: the sum of started, already_ran and missed."),
            "started": .integer,
            "incomplete": .integer.about("Of those started, the ones that some host missed because it was away."),
            "already_ran": .integer, "missed": .integer.about("Times that only hosts lacked which were away."),
            "last_time": Schema.timestamp.orNull.about("The last time that had its turn."),
            "created_by": .string, "created_at": .timestamp, "ended_at": .timestamp.orNull,
        ])
    ]
}
