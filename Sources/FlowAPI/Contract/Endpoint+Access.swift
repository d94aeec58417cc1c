// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var accessContract: Contract? {
        switch self {
        case .explainAccess:
            Contract(.administration, "Says why somebody may do something, or what they lack")
                .about(
                    "About oneself; about others with `users:read` and a session. An object that you may not see is answered like one that is not there."
                )
                .query("permission", Schema.choice(of: Permission.self).about("Required.").example("jobs:run"))
                .query("user", .string(upTo: 256).about("A user's name; yourself without it."))
                .query(
                    "object",
                    .string(upTo: 256).about(
                        "What it is about: \(AccessExplanation.Object.Kind.allCases.map(\.rawValue).joined(separator: ", ")), a colon, and its id."
                    ).example("group:1")
                )
                .answers(Self.explanation)
        case .breakGlass:
            Contract(.session, "Takes all rights for a while, in an emergency")
                .about(
                    "Needs `breakglass:use` and the password again; who signs in at an OpenID provider has none here and does so anew (`/auth/oidc/{provider}/start?fresh=true`). This session has everything on everything, without the second person, until it ends by "
                        + "itself; each row of the audit says so, and rules with `break_glass` are told. The token before is worth nothing from then on."
                )
                .body(
                    .body(
                        required: ["reason": .string(upTo: BrokenGlass.reasonLimit, from: 1)],
                        optional: [
                            "password": Schema.string.orNull.about("Of who has one here."),
                            "proof": Schema.string.orNull.about(
                                "Of a new sign-in at a provider (`/auth/oidc/{provider}/redeem`); browsers have a cookie for it."
                            ),
                            "minutes": Schema.integer(BrokenGlass.leastMinutes...240).orNull.about(
                                "As long as the setting `two-person.break-glass-minutes` allows without it."
                            ),
                        ]
                    ),
                    examples: [
                        "night": .object([
                            .init("password", "secret"), .init("reason", "the nightly job hangs, nobody else is there"),
                            .init("minutes", 15),
                        ])
                    ]
                )
                .answers(
                    .answer([
                        "token": .string, "expires_at": .timestamp, "until": .timestamp, "reason": .string,
                    ])
                )
                .refuses(.conflict, .tooManyRequests)
        case .mendGlass:
            Contract(.session, "Gives all rights back before their time").answers(Schema.any.orNull)
        default: nil
        }
    }

    private static let explanation = Schema.answer([
        "user": .string, "permission": .choice(of: Permission.self),
        "object": Schema.answer([
            "kind": .choice(of: AccessExplanation.Object.Kind.self), "id": .string, "name": .string,
            "group_ids": .array(.integer), "hidden_groups": .integer.about("Groups of it that you don't see."),
        ]).orNull,
        "allowed": .boolean,
        "reach": Schema.choice(of: AccessExplanation.Reach.self).about(
            "On how many of the object's groups the permission has to hold."
        ),
        "obstacle": Schema.choice(of: AccessExplanation.Obstacle.self).orNull.about("Null where it is allowed."),
        "text": .text,
        "two_persons": .boolean.about("The task is marked so that this takes another person besides."),
        "grants": .array(
            .answer([
                "role": .string, "scope": .reference("Scope"), "source": .string.orNull, "has_permission": .boolean,
                "covers": Schema.array(.integer).about("Of the object's groups, those it holds on."),
                "suffices": .boolean.about("Alone it would be enough."),
            ])
        ),
        "missing_groups": .array(.integer), "others_missing": .integer,
        "roles": Schema.array(.choice(of: Role.self)).about("Built-in roles that have the permission."),
    ])
}
