// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    private static let secret: KeyValuePairs<String, Schema> = [
        "name": .string, "version": .integer.about("Grows with each value."), "owner_groups": .reference("Scope"),
        "created_at": .timestamp, "updated_at": .timestamp, "updated_by": .string.orNull,
    ]

    /// Values that go in and never out.
    var secretContract: Contract? {
        switch self {
        case .listSecrets:
            Contract(.secrets, "Lists secrets, never their values")
                .answers(.answer(["total": .integer, "items": .array(.answer(Self.secret))]))
        case .getSecret:
            Contract(.secrets, "Shows who may use a secret, and which tasks and channels name it")
                .answers(
                    .answer(
                        Self.secret,
                        and: [
                            "tasks": .array(.answer(["id": .integer, "name": .string])),
                            "channels": Schema.array(.string).about("Channels of notifications, by name."),
                        ]
                    )
                )
        case .setSecret:
            Contract(.secrets, "Sets a secret's value, or who may use it")
                .body(
                    .body(
                        required: [:],
                        optional: [
                            "value": .string(upTo: Secret.longest, from: Secret.shortest).about(
                                "The value stays without it; a new secret needs one."
                            ),
                            "owner_groups": .reference("Scope"),
                            "force": .boolean.byDefault(false).about("Also where tasks lose it."),
                        ]
                    ),
                    examples: [
                        "value": .object([.init("value", "correct horse battery staple")]),
                        "owners": .object([.init("owner_groups", [Int64(2)])]),
                    ]
                )
                .answers(.answer(Self.secret)).refuses(.conflict)
        case .deleteSecret:
            Contract(.secrets, "Deletes a secret that no task uses")
                .query("force", .choice(["true", "false"]).byDefault("false").about("Also one that tasks use."))
                .refuses(.conflict)
        default: nil
        }
    }
}
