// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Webhooks as the API shows them; the secret only where it was made.
enum HookPresenter {
    /// - Parameter secret: told once.
    static func members(_ hook: Hook, secret: String? = nil) -> [JSON.Member] {
        let draft = hook.draft
        var members: [JSON.Member] = [
            .init("id", hook.id), .init("task_id", hook.job), .init("name", draft.name),
            .init("format", draft.format.rawValue), .init("path", "/hooks/\(hook.id)"),
            .init("addresses", draft.addresses.map(\.description)),
            .init(
                "params",
                draft.mapping.map { entry in
                    JSON.object([
                        .init("name", entry.parameter), .init("pointer", entry.pointer.text),
                        .init("default", entry.fallback),
                    ])
                }
            ),
            .init(
                "when",
                draft.conditions.map { condition in
                    JSON.object([.init("pointer", condition.pointer.text), .init("is", condition.values)])
                }
            ),
            .init("enabled", draft.isEnabled), .init("older_secret_until", hook.olderUntil),
            .init("created_at", hook.createdAt), .init("updated_at", hook.updatedAt),
        ]
        if let secret {
            members.append(.init("secret", secret))
            if draft.format == .token { members.append(.init("call_path", "/hooks/\(hook.id)/\(secret)")) }
        }
        return members
    }

    static func delivery(_ delivery: HookDelivery) -> JSON {
        .object([
            .init("id", delivery.id), .init("at", delivery.at), .init("outcome", delivery.outcome.rawValue),
            .init("detail", delivery.detail), .init("detail_text", TextPresenter.kept(delivery.detail)),
            .init("run_id", delivery.run), .init("address", delivery.address), .init("bytes", delivery.bytes),
        ])
    }
}
