// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

extension Endpoint {
    private static let groupBody = Schema.body(
        required: ["name": .string(upTo: 64, from: 1)],
        optional: ["description": .string, "tags": .array(.string)]
    )
    private static let groupExamples: KeyValuePairs<String, JSON> = [
        "web": .object([.init("name", "web"), .init("description", "web servers"), .init("tags", ["linux"])])
    ]

    var groupContract: Contract? {
        switch self {
        case .listGroups:
            Contract(.groups, "Lists groups")
                .answers(
                    .array(
                        .answer(
                            Schema.group,
                            and: ["online_count": .integer, "client_count": .integer, "task_count": .integer]
                        )
                    )
                )
        case .createGroup:
            Contract(.groups, "Creates a group").body(Self.groupBody, examples: Self.groupExamples)
                .answers(.reference("Group"), status: .created).refuses(.conflict)
        case .updateGroup:
            Contract(.groups, "Changes a group").body(Self.groupBody, examples: Self.groupExamples)
                .answers(.reference("Group")).refuses(.conflict)
        case .deleteGroup: Contract(.groups, "Deletes a group that no task uses").refuses(.conflict)
        case .listMembers: Contract(.groups, "Lists the hosts of a group").answers(Self.clients)
        case .addMembers:
            Contract(.groups, "Adds hosts to a group")
                .body(
                    .body(required: ["client_ids": .array(Self.host)]),
                    examples: ["one": .object([.init("client_ids", ["web1-7f3a"])])]
                )
                .refuses(.conflict)
        case .removeMember: Contract(.groups, "Takes a host out of a group").refuses(.conflict)
        case .createJoinToken:
            Contract(.groups, "Makes a token by which one new host joins")
                .about(
                    "The answer has its text, this once. It takes the permission everywhere, and a person's session."
                )
                .body(
                    .body(
                        required: [:],
                        optional: [
                            "group_ids": .array(.integer).about(
                                "Where the host will belong, besides the built-in group."
                            ),
                            "ttl_seconds": .integer(JoinTokenService.lifetimes).byDefault(
                                JoinTokenService.usualLifetime
                            ),
                        ]
                    ),
                    examples: ["for an hour": ["ttl_seconds": JSON.integer(3600)].json]
                )
                .answers(
                    .answer([
                        "id": .string, "token": .string, "expires_at": .timestamp,
                        "agents_port": .integer.about("Where hosts call the server."),
                    ]),
                    status: .created
                )
                .refuses(.notFound)
        case .listClients:
            Contract(.groups, "Lists hosts")
                .query("keyword", .string(upTo: Query.keywordLimit).about("Part of id, name, host name or address."))
                .query("status", .choice(["online", "offline"]))
                .query("group_id", .integer)
                .answers(Self.clients)
        case .deleteClient: Contract(.groups, "Deletes a host, which then stops its jobs").refuses(.conflict)
        case .setClientLabels:
            Contract(.groups, "Replaces the labels that a host was given")
                .body(
                    .body(required: ["labels": .dictionary(.string)]),
                    examples: ["zone": .object([.init("labels", JSON.object([.init("zone", "north")]))])]
                )
                .answers(.reference("Client"))
        case .beginMaintenance:
            Contract(.groups, "Keeps a host free of new work until a time")
                .about(
                    "No fire, no trigger and no placed run starts there until then, also while it is cut off; what runs goes on. "
                        + "A host that is in maintenance stays so, with the new end and reason."
                )
                .body(
                    .body(
                        required: [:],
                        optional: [
                            "until": Schema.timestamp.about("Either this or `for_seconds`; at most 30 days away."),
                            "for_seconds": Schema.integer.about("From now on, by the server's clock."),
                            "reason": Schema.string(upTo: ReasonRule.limit, from: 1).orNull.about(
                                "For whoever asks why a task did not run there."
                            ),
                        ]
                    ),
                    examples: [
                        "reboot": .object([.init("for_seconds", 7200), .init("reason", JSON.string("new kernel"))])
                    ]
                )
                .answers(.reference("Client"))
        case .endMaintenance:
            Contract(.groups, "Lets a host take new work again")
                .about("Each task's `misfire` says what becomes of the fires since; of no maintenance it ends nothing.")
                .answers(.reference("Client"))
        case .clientStatistics:
            Contract(.groups, "Sums up a host's day: its own word, what is recorded here, and by what they differ")
                .query(
                    "date",
                    Schema.string(upTo: 10, from: 10).with(.init("format", "date")).example("2026-11-21")
                        .about("A day on the host's clocks; today.")
                )
                .answers(.hostDay)
        case .clientDays:
            Contract(.groups, "Sums up each of a host's last days, all tasks together")
                .about("On the host's clocks, oldest first. Its own word, or what is recorded here where it said none.")
                .query("days", .integer(1...92).byDefault(30))
                .answers(.hostDays)
        case .getGroupRules: Contract(.groups, "Lists the rules that put hosts into groups").answers(Self.rules)
        case .setGroupRules:
            Contract(.groups, "Replaces the rules that put hosts into groups")
                .body(.body(required: ["rules": .array(Self.rule)]), examples: Self.ruleExamples)
                .answers(Self.rules).refuses(.conflict)
        case .previewGroupRules:
            Contract(.groups, "Says what rules would change; without rules those in force")
                .body(.body(required: [:], optional: ["rules": .array(Self.rule)]), examples: Self.ruleExamples)
                .answers(Self.moves)
        case .applyGroupRules:
            Contract(.groups, "Puts the hosts there are into groups by the rules").answers(Self.moves)
        default: nil
        }
    }

    private static let rule = Schema.body(
        required: ["group_id": .integer],
        optional: [
            "addresses": .array(.string.example("192.0.2.0/24")).about("Addresses or blocks of them."),
            "hostnames": .array(.string(upTo: HostPattern.limit, from: 1).example("web-*")),
            "labels": .dictionary(.string),
            "last": .boolean.byDefault(false).about("No rule after it is looked at for a host that fits."),
        ]
    )
    private static let ruleExamples: KeyValuePairs<String, JSON> = [
        "web": .object([
            .init("rules", JSON.array([.object([.init("group_id", 2), .init("hostnames", ["web-*"])])]))
        ])
    ]
    private static let rules = Schema.answer(["rules": .array(Self.rule)])
    private static let moves = Schema.answer([
        "total": .integer,
        "items": .array(.answer(["client_id": .string, "name": .string, "group_ids": .array(.integer)])),
    ])

    private static let clients = Schema.answer(["total": .integer, "items": .array(.reference("Client"))])
}
