// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

extension Endpoint {
    var approvalContract: Contract? {
        switch self {
        case .listApprovals:
            Contract(.administration, "Lists what waits for another person, and what came of it, the newest first")
                .paged
                .about("Your own requests, and those that concern groups on which you have `approvals:decide`.")
                .query("view", Schema.choice(of: ApprovalService.View.self).byDefault("all"))
                .query("state", Schema.choice(of: Approval.State.self))
                .answersPage(of: .reference("Approval"))
        case .getApproval:
            Contract(.administration, "Shows a request, and what it would change").answers(Self.approvalDetail)
        case .approveRequest:
            Contract(.administration, "Does what was asked for, as the second person")
                .about(
                    "In one transaction with the act. What can't be done any more ends as `failed` or `stale`. Not for whoever asked, nor by token."
                )
                .body(
                    .body(
                        required: [
                            "digest": Schema.string(upTo: 64, from: 1).about("Of the request that you have seen.")
                                .example(
                                    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
                                )
                        ],
                        optional: ["comment": Schema.string(upTo: Approval.textLimit).orNull]
                    ),
                    examples: [
                        "approve": .object([
                            .init("digest", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
                        ])
                    ]
                )
                .answers(Self.approvalDetail).refuses(.conflict)
        case .rejectRequest:
            Contract(.administration, "Turns a request down")
                .body(
                    .body(required: [:], optional: ["comment": Schema.string(upTo: Approval.textLimit).orNull]),
                    isRequired: false,
                    examples: ["reject": .object([.init("comment", "not before the audit")])]
                )
                .answers(Self.approvalDetail).refuses(.conflict)
        case .withdrawRequest:
            Contract(.administration, "Takes one's own request back").answers(Self.approvalDetail).refuses(.conflict)
        default: nil
        }
    }

    private static let approvalDetail = Schema.answer(
        Schema.approvalFields,
        and: [
            "details": Schema.any.orNull.about("What is to be done, in the words of the API; null for an edit."),
            "before": Schema.any.orNull.about("The task as it was when this was asked for."),
            "after": Schema.any.orNull.about("The task as it is to be."),
            "changed": Schema.array(.string).about("Fields that an edit changes."),
            "current_version": Schema.integer.orNull.about(
                "Of the task now; another one than `version` makes it stale."
            ),
        ]
    )
}

extension Schema {
    static let approvalFields: KeyValuePairs<String, Schema> = [
        "id": .uuid, "action": .choice(of: Approval.Action.self),
        "object": .answer(["kind": .string, "id": .string, "name": .string]),
        "version": Schema.integer.orNull.about("Of the task when this was asked for."),
        "digest": .string.about("SHA-256 over all that is asked for."),
        "requester": .string, "reason": Schema.string.orNull, "state": .choice(of: Approval.State.self),
        "decider": Schema.string.orNull, "comment": Schema.string.orNull,
        "result": Schema.string.orNull.about("The run that began, or why it came to nothing."),
        "can_decide": .boolean, "can_withdraw": .boolean, "created_at": .timestamp, "expires_at": .timestamp,
        "decided_at": .timestamp.orNull,
    ]

    static let approvals: [String: Schema] = [
        "Approval": Schema.answer(Self.approvalFields),
        "ApprovalWaiting": Schema.answer([
            "approval_id": .uuid, "action": .choice(of: Approval.Action.self),
            "state": .choice(of: Approval.State.self),
            "expires_at": .timestamp,
        ]),
    ]
}
