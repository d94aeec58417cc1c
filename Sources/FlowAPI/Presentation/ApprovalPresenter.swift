// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// Requests for the approval of another person as the API shows them.
enum ApprovalPresenter {
    /// - Parameter principal: whoever looks.
    static func members(_ approval: Approval, for principal: Principal) -> [JSON.Member] {
        let isOwn = approval.requester == principal.userID
        let isOpen = approval.state == .pending
        let decides = principal.scope(of: .approvalsDecide)
        let mayDecide =
            approval.action.takesAnyGroup ? decides.touches(approval.groups) : decides.covers(approval.groups)
        return [
            .init("id", approval.id), .init("action", approval.action.rawValue),
            .init(
                "object",
                JSON.object([
                    .init("kind", approval.object.kind), .init("id", approval.object.id),
                    .init("name", approval.object.name),
                ])
            ),
            .init("version", approval.version), .init("digest", approval.digest),
            .init("requester", approval.requesterName), .init("reason", approval.reason),
            .init("state", approval.state.rawValue),
            .init("decider", approval.deciderName), .init("comment", approval.comment),
            .init("result", approval.result),
            .init("can_decide", isOpen && !isOwn && principal.token == nil && mayDecide),
            .init("can_withdraw", isOpen && isOwn && principal.token == nil),
            .init("created_at", approval.createdAt), .init("expires_at", approval.expiresAt),
            .init("decided_at", approval.decidedAt),
        ]
    }

    /// Instead of what was asked for: nothing has changed yet.
    static func waiting(_ approval: Approval) -> APIAnswer {
        .data(
            [
                .init("approval_id", approval.id), .init("action", approval.action.rawValue),
                .init("state", approval.state.rawValue), .init("expires_at", approval.expiresAt),
            ],
            status: .accepted
        )
    }

    /// What is to be done, in the words of the API; an edit is shown as before and after.
    static func details(_ payload: ApprovalPayload) -> JSON {
        switch payload {
        case .edit: .null
        case .delete(let detach): .object([.init("detach", detach)])
        case .turn(let isEnabled, let hold):
            .object([
                .init("status", isEnabled ? 1 : 0), .init("until", hold?.until), .init("reason", hold?.reason),
            ])
        case .run(let run):
            .object([
                .init("params", SecretParameter.shown(run.parameters)), .init("retry", run.isRetry),
                .init("client_ids", run.targets.map { $0.map(\.rawValue) }),
                .init("retry_of", run.retryOf), .init("rerun_of", run.rerunOf),
            ])
        case .backfill(let backfill):
            .object([
                .init("from", backfill.from), .init("to", backfill.until),
                .init("concurrency", backfill.concurrency), .init("per_minute", backfill.perMinute),
                .init("force", backfill.isForced), .init("params", SecretParameter.shown(backfill.parameters)),
            ])
        case .stopExecution(let id): .object([.init("execution_id", id)])
        case .stopRun(let id): .object([.init("run_id", id)])
        case .stopFlow(let id, let isAbandoned):
            .object([.init("workflow_run_id", id), .init("abandon", isAbandoned)])
        case .grant(let user, let role, let permissions, let groups):
            .object([
                .init("user_id", user), .init("role", role), .init("permissions", permissions.map(\.rawValue)),
                .init("scope", groups.map(\.json) ?? JSON.string("all")),
            ])
        case .role(let name, let description, let permissions):
            .object([
                .init("role", name), .init("description", description),
                .init("permissions", permissions.map(\.rawValue)),
            ])
        case .settings(let texts):
            .object(texts.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
        }
    }
}
