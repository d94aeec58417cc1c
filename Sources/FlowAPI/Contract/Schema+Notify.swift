// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension Schema {
    /// Notifications by name.
    static let notifications: [String: Schema] = [
        "NotifyTarget": Self.target,
        "NotifyRule": Self.body(required: Self.requiredOfRule, optional: Self.optionalOfRule),
        "OwnRuleBody": Self.body(required: Self.requiredOfRule, optional: Self.optionalOfRule)
            .with(optional: ["match": Self.match.about("Of which tasks and hosts; of all without it.")]),
        "OwnRule": Self.answer([
            "id": .integer, "match": Self.match, "created_at": .timestamp, "updated_at": .timestamp,
        ])
        .with(required: Self.requiredOfRule).with(optional: Self.optionalOfRule),
        "ChannelBody": Self.channelBody(isChange: false), "ChannelChange": Self.channelBody(isChange: true),
        "Channel": Self.channel,
        "Incident": Self.incident, "Delivery": Self.delivery, "Silence": Self.silence,
        "ReportMail": Self.reportMail, "ReportMailBody": Self.reportMailBody,
        "SilenceMatch": Self.body(
            required: [:],
            optional: [
                "rule": .string(upTo: 128).orNull.about("A rule's name."), "task_ids": .array(.integer),
                "group_ids": .array(.integer), "client_ids": .array(.string), "labels": .dictionary(.string),
            ]
        ).about("What it is about: all that is given has to hold, and something has to be."),
    ]

    // MARK: Rules

    private static let templates: KeyValuePairs<String, Schema> = [
        "subject_template": .string, "body_template": .string,
    ]

    private static let target = Schema.either(
        Schema.body(
            required: ["channel": .string.about("Its name.")],
            optional: ["type": .choice(of: NotifyChannel.Kind.self), "recipients": .array(.string)]
        ).with(optional: Self.templates),
        Schema.body(
            required: ["type": .choice(["email"]), "recipients": Schema.array(.string).with(.init("minItems", 1))]
        ).with(optional: Self.templates)
    ).about("A channel, or mail by the first channel for mail.")

    private static let requiredOfRule: KeyValuePairs<String, Schema> = [
        "name": .string(upTo: 512, from: 1), "triggers": .array(.choice(of: NotifyTrigger.self)),
        "channels": .array(.reference("NotifyTarget")),
    ]

    private static let optionalOfRule: KeyValuePairs<String, Schema> = [
        "enabled": .boolean.byDefault(true),
        "threshold": .integer(1...1000).byDefault(1).about("Events in a row."),
        "count_by": .choice(of: NotifyRule.CountBy.self), "group_by": .choice(of: NotifyRule.GroupBy.self),
        "repeat": .either(.choice(["each", "never"]), .integer(60...2_592_000)).about(
            "Of what goes on: each event, nothing more, or a reminder in so many seconds."
        ),
        "quiet": .body(
            required: [
                "windows": .array(
                    .body(
                        required: ["from": Self.timeOfDay, "until": Self.timeOfDay],
                        optional: ["days": .array(.integer(0...6)).about("0 is Sunday; every day without it.")]
                    )
                )
            ],
            optional: ["timezone": .string.byDefault("UTC").example("Asia/Shanghai")]
        ).about("When it keeps silent."),
        "escalation": .array(
            .body(
                required: [
                    "after_seconds": .integer(60...604_800).about("After the incident's first message."),
                    "channels": .array(.reference("NotifyTarget")),
                ]
            )
        ).about("Who is told as well while nobody acknowledges: at most 5 steps, each later than the one before."),
        "watch": Self.watch,
    ]

    private static let watch = Schema.body(
        required: [:],
        optional: [
            "by": Self.timeOfDay.about("Of did_not_run_by and not_finished_by."),
            "since": Self.timeOfDay.about("From when on, 00:00 without it; the day before if it is not before `by`."),
            "timezone": .string.byDefault("UTC").example("Asia/Shanghai"),
            "days": .array(.integer(0...6)).about("Of `by`: 0 is Sunday; every day without it."),
            "running_seconds": .integer(60...2_592_000),
            "running_factor": Schema.number.about("Times what 95 of 100 of the last 20 successes took; 1.1 to 100."),
            "queue_seconds": .integer(60...2_592_000).about("Due so long ago, and not begun."),
            "certificate_days": .integer(1...365),
            "disk_percent": .integer(1...99).about("Free, of where an agent or the server keeps its data."),
            "disk_bytes": .integer(1_048_576...1_125_899_906_842_624),
        ]
    ).about("What triggers of time and room go by; each part only with its trigger.")

    private static let timeOfDay = Schema.string.with(.init("pattern", "^([01][0-9]|2[0-3]):[0-5][0-9]$"))
        .example("22:30")

    private static let match = Schema.body(
        required: [:],
        optional: [
            "group_ids": .array(.integer), "labels": .dictionary(.string), "task_ids": .array(.integer),
            "workflow_ids": .array(.integer),
        ]
    )

    // MARK: Channels

    private static let address = Schema.string.example("ops@example.com")

    private static func channelBody(isChange: Bool) -> Schema {
        let common: KeyValuePairs<String, Schema> = [
            "enabled": .boolean.byDefault(true),
            "limit_per_minute": .integer(1...6000).about("What the receiver is known to take, without it."),
        ]
        let name = Schema.string(upTo: 256, from: 1)
        let url: KeyValuePairs<String, Schema> = ["url": Schema.string.example("https://hooks.example.com/flow")]
        func http(_ types: [String], _ own: KeyValuePairs<String, Schema>) -> Schema {
            let base = Schema.body(required: ["name": name, "type": .choice(types)], optional: common)
                .with(optional: own).with(optional: ["secret": .string(upTo: 512)])
            return isChange ? base.with(optional: url) : base.with(required: url)
        }
        /// Services that are at one place for everybody; their key is kept by a change that says nothing of it.
        func service(_ type: String, _ key: String, _ own: KeyValuePairs<String, Schema>) -> Schema {
            let secret: KeyValuePairs<String, Schema> = ["secret": Schema.string(upTo: 512).about(key)]
            let base = Schema.body(required: ["name": name, "type": .choice([type])], optional: common)
                .with(required: own).with(optional: url)
            return isChange ? base.with(optional: secret) : base.with(required: secret)
        }
        let robots = NotifyChannel.Kind.allCases.filter { $0.needsAddress && $0 != .webhook }.map(\.rawValue)
        return .either(
            Schema.body(
                required: [
                    "name": name, "type": .choice(["email"]),
                    "host": .string(upTo: 253, from: 1).example("smtp.example.com"),
                    "from": Self.address,
                ],
                optional: [
                    "port": .integer(1...65_535), "security": .choice(of: ChannelSettings.Security.self),
                    "username": .string(upTo: 256), "password": .string(upTo: 256),
                    "recipients": .array(Self.address),
                ]
            ).with(optional: common),
            http(["webhook"], ["method": .choice(ChannelSettings.methods), "headers": .dictionary(.string)]),
            http(robots, [:]),
            service(
                "telegram",
                "The bot's token.",
                ["chat": Schema.string(upTo: 65, from: 1).example("-1001234567890")]
            ),
            service("pagerduty", "The integration key of the service.", [:]),
            Schema.body(
                required: [
                    "name": name, "type": .choice(["command"]),
                    "command": Schema.string(upTo: 4096, from: 1).example("/etc/quartzflow/notify/sms")
                        .about("Path of a program that notify.commands of the server's file lists."),
                ],
                optional: common
            )
        )
    }

    private static let channel = Schema.answer([
        "id": .integer, "name": .string, "type": .choice(of: NotifyChannel.Kind.self), "enabled": .boolean,
    ]).with(optional: [
        "host": .string.orNull, "port": .integer.orNull, "security": .string, "username": .string.orNull,
        "from": .string.orNull, "recipients": .array(.string), "has_password": .boolean,
        "url": .string.orNull.about(
            "Scheme and host; the rest may be a password. Null while the server lacks its key."
        ), "method": .string,
        "chat": .string.orNull, "command": .string.orNull, "header_names": .array(.string), "has_secret": .boolean,
        "limit_per_minute": .integer.orNull,
        "created_at": .timestamp, "updated_at": .timestamp,
    ])

    // MARK: What happened

    private static let incident = Schema.answer([
        "id": .uuid, "rule": .string, "state": .choice(of: NotifyIncident.State.self),
        "trigger": .choice(of: NotifyTrigger.self), "task_id": .integer.orNull, "task_name": .string.orNull,
        "count": .integer, "threshold_count": .integer, "messages": .integer.about("How many were written."),
        "opened_at": .timestamp, "updated_at": .timestamp, "next_message_at": .timestamp.orNull,
        "acknowledged_by": .string.orNull,
        "escalated": .integer.about("Steps of the rule's escalation that were told."),
        "escalates_at": .timestamp.orNull.about("When the next step is told, unless somebody acknowledges it."),
        "silenced": .integer.about("Events that a silence keeps back."),
        "silences": .array(.integer).about("Which; when all have ended and it still does not work, it is told."),
        "members": .array(
            .answer([
                "client_id": .string, "execution_id": .uuid.orNull, "trigger": .choice(of: NotifyTrigger.self),
                "at": .timestamp,
                "request": Schema.string.orNull.about("What a person asked for or did; then there is no host."),
                "request_text": Schema.text.orNull,
                "workflow_run_id": Schema.uuid.orNull.about(
                    "Of triggers about workflows; then `task_name` is the workflow's."
                ),
            ])
        ),
    ])

    private static let optionalOfReport: KeyValuePairs<String, Schema> = [
        "enabled": .boolean.byDefault(true),
        "timezone": .string.byDefault("UTC").example("Asia/Shanghai").about("Whose days, and whose clock."),
        "group_ids": .array(.integer).about("Of which groups' tasks; of everything without it."),
        "channel": .string(upTo: 256).orNull.about("A channel for mail; the first one without it."),
        "recipients": .array(.string).about("The channel's own without it."),
        "language": .choice(of: Language.self).byDefault("en"),
    ]

    private static let reportMailBody = Schema.body(
        required: [
            "name": .string(upTo: 512, from: 1), "period": .choice(of: ReportMailDraft.Span.self),
            "at": Self.timeOfDay.about("When it is sent, on the day after the period."),
        ],
        optional: Self.optionalOfReport
    )

    private static let reportMail = Schema.answer([
        "id": .integer, "name": .string, "enabled": .boolean, "period": .choice(of: ReportMailDraft.Span.self),
        "timezone": .string, "at": Self.timeOfDay, "group_ids": .array(.integer), "channel": .string.orNull,
        "language": .choice(of: Language.self), "created_by": .string, "created_at": .timestamp,
        "updated_at": .timestamp,
        "next_at": .timestamp.orNull.about("When the next one is sent; null while it is off."),
        "next_from": .timestamp.orNull, "next_until": .timestamp.orNull,
        "last_at": .timestamp.orNull.about("When the last one was handed to the messages on their way."),
    ]).with(optional: ["recipients": .array(.string).about("For those with `channels:write`, and after a change.")])

    private static let silence = Schema.answer([
        "id": .integer, "state": .choice(of: NotifySilence.State.self), "match": .reference("SilenceMatch"),
        "reason": .string, "created_by": .string, "created_at": .timestamp, "until": .timestamp,
        "ended_at": .timestamp.orNull.about("When somebody ended it early."), "ended_by": .string.orNull,
        "caught": .integer.about("Events that nobody was told of."), "last_caught_at": .timestamp.orNull,
    ])

    private static let delivery = Schema.answer([
        "id": .uuid, "incident_id": .uuid.orNull, "channel": .string.orNull,
        "purpose": .choice(of: NotifyDelivery.Purpose.self), "state": .choice(of: NotifyDelivery.State.self),
        "rule": .string, "task_id": .integer.orNull, "subject": .string, "text": .string, "attempts": .integer,
        "created_at": .timestamp, "updated_at": .timestamp, "next_at": .timestamp.orNull,
        "last_error": .string.orNull, "last_error_text": Schema.text.orNull,
    ]).with(optional: ["recipients": .array(.string).about("For those with `channels:write`.")])
}
