// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
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
                    .body(required: ["client_ids": .array(.string)]),
                    examples: ["one": .object([.init("client_ids", ["web1-7f3a"])])]
                )
                .refuses(.conflict)
        case .removeMember: Contract(.groups, "Takes a host out of a group").refuses(.conflict)
        case .listClients:
            Contract(.groups, "Lists hosts")
                .query("keyword", .string(upTo: Query.keywordLimit).about("Part of id, name, host name or address."))
                .query("status", .choice(["online", "offline"]))
                .query("group_id", .integer)
                .answers(Self.clients)
        case .deleteClient: Contract(.groups, "Deletes a host, which then stops its jobs").refuses(.conflict)
        default: nil
        }
    }

    private static let clients = Schema.answer(["total": .integer, "items": .array(.reference("Client"))])
}
