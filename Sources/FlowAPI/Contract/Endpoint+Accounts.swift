// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    private static let user: KeyValuePairs<String, Schema> = [
        "id": .integer, "username": .string,
        "role": Schema.role.orNull.about("The strongest of the grants that are built in."),
        "grants": .array(.reference("Grant")), "state": .choice(of: User.State.self),
        "must_change_password": .boolean, "totp": .boolean.about("Signing in takes a code, too."),
        "provider": Schema.string.orNull.about("Who signs them in, other than this server by a password."),
        "last_sign_in": .timestamp.orNull, "created_at": .timestamp,
    ]
    private static let sessions = Schema.answer([
        "total": .integer,
        "items": .array(
            .answer([
                "id": .string.about("Not the token: 16 hexadecimal digits that only name it."),
                "created_at": .timestamp, "last_used_at": .timestamp.orNull, "expires_at": .timestamp,
                "address": .string.orNull, "user_agent": .string.orNull,
                "current": .boolean.about("The one that asks."),
            ])
        ),
    ])
    private static let role = Schema.string(upTo: 64, from: 1).about("One that is built in, or one of `/roles`.")
        .example("operator")
    private static let groups = Schema.array(.integer).about("Where it holds; everywhere without it.")
    private static let username = Schema.string(upTo: 64, from: 1).about(
        "Letters, digits, '.', '_', '/' and '-'; unique whatever the case of its letters."
    )

    /// Users, what they may do, and where they are signed in.
    var userContract: Contract? {
        switch self {
        case .listUsers:
            Contract(.administration, "Lists users")
                .answers(.answer(["total": .integer, "items": .array(.answer(Self.user))]))
        case .createUser:
            Contract(.administration, "Creates a user")
                .about("The answer has the first password, this once; it has to be changed at the first sign-in.")
                .body(
                    .body(
                        required: ["username": Self.username],
                        optional: ["role": Self.role, "group_ids": Self.groups]
                    ),
                    examples: [
                        "operator": .object([.init("username", "grace"), .init("role", "operator")]),
                        "nothing yet": .object([.init("username", "linus")]),
                    ]
                )
                .answers(.answer(Self.user, and: ["password": .string]), status: .created)
                .refuses(.conflict)
        case .getUser: Contract(.administration, "Shows a user").answers(.answer(Self.user))
        case .renameUser:
            Contract(.administration, "Renames a user")
                .body(
                    .body(required: ["username": Self.username]),
                    examples: ["name": .object([.init("username", "grace")])]
                )
                .answers(.answer(Self.user)).refuses(.conflict)
        case .deleteUser: Contract(.administration, "Deletes a user; the name stays in the audit").refuses(.conflict)
        case .enableUser: Contract(.administration, "Enables a user").answers(.answer(Self.user)).refuses(.conflict)
        case .disableUser:
            Contract(.administration, "Disables a user and ends all sessions and tokens")
                .answers(.answer(Self.user)).refuses(.conflict)
        case .resetPassword:
            Contract(.administration, "Gives a user a new password, which has to be changed at once")
                .answers(.answer(["password": .string])).refuses(.conflict)
        case .addGrant:
            Contract(.administration, "Gives a user a role, everywhere or on some groups")
                .body(
                    .body(required: ["role": Self.role], optional: ["group_ids": Self.groups]),
                    examples: [
                        "everywhere": .object([.init("role", "viewer")]),
                        "groups": .object([.init("role", "operator"), .init("group_ids", [Int64(2)])]),
                    ]
                )
                .answers(.reference("Grant"), status: .created).refuses(.conflict)
        case .removeGrant: Contract(.administration, "Takes a role from a user").refuses(.conflict)
        case .listSessions: Contract(.administration, "Lists where a user is signed in").answers(Self.sessions)
        case .endSessions: Contract(.administration, "Signs a user out everywhere")
        case .endSession: Contract(.administration, "Ends one session of a user")
        case .changePassword:
            Contract(.session, "Changes the own password; all sessions end, and another begins")
                .about(
                    "The answer has the token of the session that takes the place of this one; browsers get it as a cookie, too."
                )
                .body(
                    .body(required: ["old_password": .string, "new_password": .string(upTo: 1024, from: 12)]),
                    examples: [
                        "change": .object([
                            .init("old_password", "what it was"), .init("new_password", "four quiet words here"),
                        ])
                    ]
                )
                .answers(.answer(["token": .string, "expires_at": .timestamp]))
                .refuses(.conflict, .tooManyRequests)
        case .listOwnSessions: Contract(.session, "Lists where you are signed in").answers(Self.sessions)
        case .endOtherSessions: Contract(.session, "Ends all own sessions but this one")
        case .endOwnSession: Contract(.session, "Ends one of the own sessions")
        default: nil
        }
    }

    private static let token: KeyValuePairs<String, Schema> = [
        "id": .integer, "name": .string, "user_id": .integer, "username": .string,
        "prefix": .string.about("The first characters, to tell it from others."),
        "permissions": .array(.choice(of: Permission.self)), "scope": .reference("Scope"), "created_at": .timestamp,
        "expires_at": .timestamp, "expired": .boolean, "last_used_at": .timestamp.orNull,
        "last_address": .string.orNull,
    ]

    private static func tokenBody(_ name: String, _ rights: Schema) -> Schema {
        Schema.body(
            required: ["name": .string(upTo: 64, from: 1), name: rights],
            optional: [
                "group_ids": Self.groups,
                "expires_at": .timestamp.about("90 days from now without it; at most 366."),
            ]
        )
    }

    /// Tokens of programs.
    var tokenContract: Contract? {
        switch self {
        case .listTokens:
            Contract(.session, "Lists the own API tokens, or everybody's")
                .query("all", .choice(["true", "false"]).byDefault("false").about("Everybody's: needs `users:read`."))
                .answers(.answer(["total": .integer, "items": .array(.answer(Self.token))]))
        case .createToken:
            Contract(.session, "Creates an API token")
                .about("The answer has its text, this once. It can do what both it and its owner may.")
                .body(
                    .either(
                        Self.tokenBody("role", Self.role.about("It gets the role's permissions; or name them.")),
                        Self.tokenBody("permissions", .array(.choice(of: Permission.self)))
                    ),
                    examples: [
                        "viewer": .object([.init("name", "dashboard"), .init("role", "viewer")]),
                        "one permission": .object([.init("name", "deploy"), .init("permissions", ["jobs:run"])]),
                    ]
                )
                .answers(.answer(Self.token, and: ["token": .string]), status: .created)
                .refuses(.conflict)
        case .deleteToken: Contract(.session, "Deletes an API token: it is worth nothing from now on")
        default: nil
        }
    }
}
