// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var roleContract: Contract? {
        switch self {
        case .listRoles:
            Contract(.administration, "Lists roles: the four that are built in, and those that people made")
                .answers(.answer(["total": .integer, "items": .array(Self.role)]))
        case .createRole:
            Contract(.administration, "Makes a role")
                .body(
                    .body(
                        required: ["name": .string(upTo: 64, from: 1), "permissions": Self.permissions],
                        optional: ["description": .string]
                    ),
                    examples: [
                        "night shift": [
                            "name": JSON.string("night-shift"),
                            "permissions": ["jobs:read", "executions:read", "executions:kill"].json,
                        ].json
                    ]
                )
                .answers(Self.role, status: .created)
                .refuses(.conflict)
        case .updateRole:
            Contract(.administration, "Changes what everybody who has a role may do, at once")
                .body(
                    .body(required: ["permissions": Self.permissions], optional: ["description": .string]),
                    examples: ["read only": ["permissions": ["jobs:read"].json].json]
                )
                .answers(Self.role)
        case .deleteRole:
            Contract(.administration, "Deletes a role that nobody has").answers(Schema.any.orNull).refuses(.conflict)
        default: nil
        }
    }

    private static let permissions = Schema.array(.choice(of: Permission.self))

    private static let role = Schema.answer([
        "name": .string, "built_in": .boolean, "description": .string, "permissions": Self.permissions,
        "users": Schema.integer.orNull.about("How many have it; null for those that are built in."),
        "created_at": Schema.timestamp.orNull, "updated_at": Schema.timestamp.orNull,
    ])
}
