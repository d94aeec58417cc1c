// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var systemContract: Contract? {
        switch self {
        case .listAudit:
            Contract(.administration, "Lists who did what").paged.auditFilter
                .answersPage(
                    of: .answer([
                        "id": .integer, "at": .timestamp, "actor_kind": .string, "actor_id": .string.orNull,
                        "actor": .string.orNull, "token_id": .integer.orNull, "address": .string.orNull, "via": .string,
                        "request_id": .string.orNull, "action": .choice(of: AuditAction.self),
                        "object_kind": .string.orNull, "object_id": .string.orNull, "object_name": .string.orNull,
                        "group_ids": .array(.integer), "outcome": .choice(of: AuditEntry.Outcome.self),
                        "reason": .string.orNull,
                        "reason_text": Schema.text.orNull.about(
                            "Why it was refused, or has failed; null of what was done."
                        ),
                        "flags": .array(.string), "diff": .any, "sealed": .boolean,
                    ])
                )
        case .exportAudit:
            Contract(.administration, "Gives the audit as a file, the newest first")
                .query("format", .choice(of: AuditExport.Format.self).byDefault(AuditExport.Format.csv.rawValue))
                .auditFilter
                .answers(.other(["text/csv; charset=utf-8", "application/json; charset=utf-8"]))
        case .reportClientError:
            Contract(.system, "Takes note of an error in somebody's browser")
                .body(
                    .body(
                        required: ["message": Schema.string(upTo: ClientErrors.messageLimit, from: 1)],
                        optional: [
                            "place": Schema.string(upTo: ClientErrors.placeLimit).orNull.about(
                                "File, line and column."
                            ),
                            "page": Schema.string(upTo: ClientErrors.placeLimit).orNull.about("The path of the page."),
                        ]
                    ),
                    examples: [
                        "one": ["message": JSON.string("x is undefined"), "place": .string("app.js:1:20")].json
                    ]
                )
        case .listClientErrors:
            Contract(.system, "Lists errors in browsers since this server began, the newest first")
                .answers(
                    .answer([
                        "items": .array(
                            .answer([
                                "message": .string, "place": .string, "page": .string.about("Where it was seen last."),
                                "username": .string, "count": .integer, "first_at": .timestamp, "last_at": .timestamp,
                            ])
                        )
                    ])
                )
        case .overview:
            Contract(.system, "Sums up what is running and what happened today")
                .answers(
                    .answer([
                        "running": .integer, "pending": .integer, "today_success": .integer,
                        "today_failure": .integer, "today_timeout": .integer, "hosts_online": .integer,
                        "hosts_total": .integer,
                        "scheduler_stopped_since": Schema.timestamp.orNull.about(
                            "Null while schedules fire; `/scheduler` says who stopped them, and why."
                        ),
                        "storage_failing": Schema.answer(["since": .timestamp, "text": .text]).orNull.about(
                            "Since when this server can store nothing, and why; null while it can. Hosts go on and keep their reports."
                        ),
                    ])
                )
        case .clusterStatus:
            Contract(.system, "Lists the servers that share the database, and their parts of the work")
                .about(
                    "`single`: the database serves this server only, and `items` is empty. `shards_free` are shards of tasks "
                        + "that no server plans at the moment: after the end of one, for some seconds."
                )
                .answers(
                    .answer([
                        "mode": .choice(["single", "cluster"]), "shards_free": .integer,
                        "may_change_schema": .boolean.about(
                            "Whether the server's role in the database owns the tables; false for one that has rows only."
                        ),
                        "items": .array(
                            .answer([
                                "id": .string.about("Of one life of the server; another after a restart."),
                                "name": .string,
                                "agents_address": .string.about("Empty where no hosts connect."), "version": .string,
                                "started_at": .timestamp, "shards": .integer, "is_keeper": .boolean,
                                "hosts": .integer, "is_draining": .boolean,
                                "is_resting": .boolean.about(
                                    "It was asked to leave work and hosts to others, and does."
                                ),
                                "is_this": .boolean,
                                "roles": .array(.choice(["api", "planner", "gateway"])).about("What it does."),
                            ])
                        ),
                    ])
                )
        case .drainServer:
            Contract(.system, "Has a server hand its work and its hosts over to the others")
                .about(
                    "Within some seconds, and while it goes on answering: for an upgrade of its machine, or to see what happens "
                        + "without it. `/readyz` of that server then says 503. It lasts until it is taken back, or until the server "
                        + "is started again. Refused for the last one that works."
                )
                .refuses(.conflict)
        case .resumeServer: Contract(.system, "Has a server take its share of work and hosts again")
        case .rebalanceServers:
            Contract(.system, "Spreads the connected hosts evenly over the servers")
                .about(
                    "Hosts stay where they are connected, so after servers were replaced one by one all of them may be with one. Each "
                        + "server gives away what it has above its share, 100 hosts a second. A host that knows no other server comes back."
                )
                .answers(.answer(["hosts_moved": .integer.about("How many hosts are to go to another server.")]))
                .refuses(.notFound, .conflict)
        case .health: Contract(.system, "Says that the server lives").answers(.reference("Health"))
        case .plainHealth:
            Contract(.system, "Says that the server lives, for load balancers").answers(.plain(.reference("Health")))
        case .ready, .plainReady:
            Contract(.system, "Says whether the server can store").answers(
                .answer(["status": .choice(["ready"])]).with(optional: [
                    "roles": .array(.choice(["api", "planner", "gateway"])).about(
                        "What this server does; left out where that is everything."
                    )
                ])
            )
        case .version:
            Contract(.system, "Says which version this is").answers(
                .answer([
                    "name": .string, "version": .string,
                    "language": .choice(["auto", "zh", "en"]).about("What the console speaks to who has not chosen."),
                    "sign_on": .answer([
                        "proxy": .boolean.about("A proxy in front of the server signs people in."),
                        "providers": .array(.answer(["name": .string, "title": .string]))
                            .about("Where people may sign in: `/auth/oidc/{name}/start`."),
                    ]),
                ])
            )
        case .metrics, .plainMetrics:
            Contract(.system, "Gives numbers in Prometheus' text format")
                .answers(.other(["text/plain; version=0.0.4; charset=utf-8"]))
        case .openAPI, .plainOpenAPI:
            Contract(.system, "Gives this document").answers(.plain(.any))
        case .events:
            Contract(.system, "Streams what changes, as server-sent events")
                .about("The same as the live connection tells; each topic needs its own permission.")
                .query(
                    "topics",
                    .string.about(
                        "Of jobs, executions, execution:ID, log:ID, hosts, stats, editing:ID, approvals, storage, separated by commas."
                    )
                    .example("jobs,executions"),
                    isRequired: true
                )
                .query("task_id", .integer.about("Only executions of this task."))
                .query("client_id", .string.about("Only executions on this host."))
                .query("run_id", .uuid.about("Only executions of this run."))
                .query("status", .string.about("Only executions in these states.").example("failure"))
                .query("since", .integer(0...Int64.max).byDefault(0).about("Of a log: the offset to begin at."))
                .answers(.other(["text/event-stream"]))
        case .live:
            Contract(.system, "Opens the live connection (WebSocket, RFC 6455)").answers(.upgrade).refuses(
                .upgradeRequired
            )
        default: nil
        }
    }
}

extension Contract {
    /// Which rows of the audit.
    fileprivate var auditFilter: Contract {
        self.query("since", .timestamp).query("until", .timestamp)
            .query("actor", .string.about("A user's name."))
            .query("action", .choice(of: AuditAction.self))
            .query("object_kind", .string.example("job")).query("object_id", .string)
            .query("outcome", .choice(of: AuditEntry.Outcome.self))
    }
}
