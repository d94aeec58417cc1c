// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var hookContract: Contract? {
        switch self {
        case .listHooks:
            Contract(.webhooks, "Lists the webhooks of a task")
                .answers(.answer(["total": .integer, "items": .array(.reference("Hook"))]))
        case .createHook:
            Contract(.webhooks, "Makes a webhook; its secret is told this once")
                .about("Calls start the task as whoever saved the webhook last.")
                .body(
                    .body(
                        required: ["name": Self.hookName, "format": .choice(of: HookFormat.self)],
                        optional: Self.hookFields
                    ),
                    examples: [
                        "github": .object([
                            .init("name", "push"), .init("format", "github"),
                            .init(
                                "params",
                                [JSON.object([.init("name", "COMMIT"), .init("pointer", "/after")])]
                            ),
                            .init(
                                "when",
                                [JSON.object([.init("pointer", "/ref"), .init("is", ["refs/heads/main"])])]
                            ),
                        ])
                    ]
                )
                .answers(.reference("Hook"), status: .created).refuses(.conflict)
        case .updateHook:
            Contract(.webhooks, "Replaces a webhook; its secret stays unless another one is asked for")
                .body(
                    .body(
                        required: ["name": Self.hookName, "format": .choice(of: HookFormat.self)],
                        optional: Self.hookFields
                    ).with(optional: [
                        "rotate": .boolean.about("Makes a fresh secret; the one before is good for a day.")
                    ]),
                    examples: [
                        "rotate": .object([
                            .init("name", "push"), .init("format", "github"), .init("rotate", true),
                        ])
                    ]
                )
                .answers(.reference("Hook")).refuses(.conflict)
        case .deleteHook: Contract(.webhooks, "Deletes a webhook; calls are answered 404 from then on")
        case .listHookDeliveries:
            Contract(.webhooks, "Lists who called a webhook and what came of it, the newest first; kept for 30 days")
                .paged
                .answersPage(
                    of: .answer([
                        "id": .integer, "at": .timestamp, "outcome": .choice(of: HookDelivery.Outcome.self),
                        "detail": .string.orNull, "detail_text": Schema.text.orNull, "run_id": .uuid.orNull,
                        "address": .string.orNull, "bytes": .integer,
                    ])
                )
        case .sendMessage:
            Contract(.webhooks, "Says something on a topic, which starts the tasks that wait for it")
                .about("Only tasks that the caller may run are started, each once for a key within a day.")
                .body(
                    .body(
                        required: ["topic": Self.topic],
                        optional: [
                            "key": .string(upTo: 128, from: 1).about("What a repetition is known by."),
                            "data": Schema.any.about("What the webhooks' pointers find under /data."),
                        ]
                    ),
                    examples: [
                        "file": .object([
                            .init("topic", "orders/arrived"), .init("key", "2026-11-28"),
                            .init("data", JSON.object([.init("file", "a.csv")])),
                        ])
                    ]
                )
                .answers(
                    .answer([
                        "total": .integer,
                        "items": .array(
                            .answer([
                                "task_id": .integer, "hook_id": .uuid, "name": .string,
                                "outcome": .choice(of: HookDelivery.Outcome.self), "run_id": .uuid.orNull,
                                "detail": .string.orNull, "detail_text": Schema.text.orNull,
                            ])
                        ),
                    ]),
                    status: .accepted
                )
        case .receiveHook:
            Contract(.webhooks, "Starts a task, for callers that sign what they send")
                .about(
                    "The signature's headers are those of the webhook's format. 202: started; 200: it came before; 204: the body "
                        + "does not say what the webhook waits for; 409: webhook or task is disabled."
                )
                .answers(.answer(["run_id": .uuid]), status: .accepted).mayAnswer(.ok, .noContent)
                .refuses(.unauthorized, .conflict)
        case .receiveHookToken:
            Contract(.webhooks, "Starts a task, for callers that have the secret in the address")
                .header("Idempotency-Key", Self.idempotencyKey)
                .answers(.answer(["run_id": .uuid]), status: .accepted).mayAnswer(.ok, .noContent)
                .refuses(.conflict)
        default: nil
        }
    }

    private static let topic = Schema.string(upTo: 128, from: 1).with(.init("pattern", "^[A-Za-z0-9._:/-]+$"))
        .example("orders/arrived")
    static let hookName = Schema.string(upTo: 64, from: 1)
        .with(.init("pattern", "^[A-Za-z0-9][A-Za-z0-9._-]*$")).example("push")
    private static let pointer = Schema.string(upTo: 512).with(.init("pattern", "^(/([^~]|~[01])*)?$"))
        .about("RFC 6901.").example("/after")

    private static let hookParameters = Schema.array(
        .body(
            required: ["name": Schema.string(upTo: 64, from: 1).example("COMMIT"), "pointer": Self.pointer],
            optional: ["default": .string]
        )
    ).about("Parameters of the run, taken from the body.")

    private static let hookConditions = Schema.array(
        .body(required: ["pointer": Self.pointer, "is": .array(.string).with(.init("minItems", 1))])
    ).about("What the body has to say, or nothing is started.")

    static let settleField: KeyValuePairs<String, Schema> = [
        "settle_seconds": .integer(1...86_400).byDefault(FileTrigger.standardSettle)
    ]
    static let hookFile = Schema.body(
        required: ["path": .string(upTo: JobLimits.pathBytes, from: 1)],
        optional: Self.settleField
    )

    /// What a webhook that files start has besides.
    static let triggerFields: KeyValuePairs<String, Schema> = [
        "params": Self.hookParameters, "when": Self.hookConditions, "enabled": .boolean.byDefault(true),
    ]

    private static let hookFields: KeyValuePairs<String, Schema> = [
        "secret": .string(upTo: 256, from: 16).with(.init("pattern", "^[!-~]+$"))
            .about("One that the sender has made; a fresh one without it.").example("whsec_MDEyMzQ1Njc4OWFiY2RlZg=="),
        "addresses": .array(.string).about("Who may call, as blocks such as 192.0.2.0/24; everybody without it."),
        "params": Self.hookParameters, "when": Self.hookConditions, "enabled": .boolean.byDefault(true),
        "topic": Self.topic.orNull.about("With the format message: which messages start it."),
        "file": Self.hookFile.orNull.about(
            "With the format file: which files start it, on the host where they appear."
        ),
    ]
}

extension Schema {
    static let hooks: [String: Schema] = [
        "Hook": Schema.answer([
            "id": .uuid, "task_id": .integer, "name": .string, "format": .choice(of: HookFormat.self),
            "path": .string.orNull.about("What to call, on this server; null where an event starts it."),
            "topic": .string.orNull,
            "file": Schema.answer(["path": .string, "settle_seconds": .integer]).orNull, "addresses": .array(.string),
            "params": .array(.answer(["name": .string, "pointer": .string, "default": .string.orNull])),
            "when": .array(.answer(["pointer": .string, "is": .array(.string)])), "enabled": .boolean,
            "older_secret_until": Schema.timestamp.orNull.about("Until when the secret before is good, too."),
            "created_at": .timestamp, "updated_at": .timestamp,
        ]).with(optional: [
            "secret": .string.about("Told once."),
            "call_path": .string.about("With format token: the address with its secret."),
        ])
    ]
}
