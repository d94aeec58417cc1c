// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Webhooks as the API shows them; the secret only where it was made.
enum HookPresenter {
    /// - Parameter secret: told once.
    static func members(_ hook: Hook, secret: String? = nil) -> [JSON.Member] {
        let draft = hook.draft
        var members: [JSON.Member] = [
            .init("id", hook.id), .init("task_id", hook.job),
            .init("path", draft.format.isCalled ? "/hooks/\(hook.id)" : nil),
            .init("older_secret_until", hook.olderUntil),
            .init("created_at", hook.createdAt), .init("updated_at", hook.updatedAt),
        ]
        members += self.wanted(draft)
        // What nobody calls has a secret that nobody needs.
        if let secret, draft.format.isCalled {
            members.append(.init("secret", secret))
            if draft.format == .token { members.append(.init("call_path", "/hooks/\(hook.id)/\(secret)")) }
        }
        return members
    }

    /// What somebody says of a webhook.
    static func wanted(_ draft: HookDraft) -> [JSON.Member] {
        [
            .init("name", draft.name), .init("format", draft.format.rawValue), .init("topic", draft.topic),
            .init(
                "file",
                draft.file.map { file in
                    JSON.object([.init("path", file.path), .init("settle_seconds", Int64(file.settleSeconds))])
                }
            ),
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
            .init("enabled", draft.isEnabled),
        ]
    }

    /// What became of a message for one webhook.
    static func members(_ heard: HookService.Heard) -> [JSON.Member] {
        var outcome = HookDelivery.Outcome.started
        var (run, why): (RunID?, String?) = (nil, nil)
        switch heard.answer {
        case .started(let id): run = id
        case .repeated(let id): (outcome, run) = (.repeated, id)
        case .filtered: outcome = .filtered
        case .disabled(let words): (outcome, why) = (.disabled, words)
        case .invalid(let error): (outcome, why) = (.invalid, APIFailure(error).message)
        case .unknown: outcome = .refused
        }
        return [
            .init("task_id", heard.hook.job), .init("hook_id", heard.hook.id), .init("name", heard.hook.draft.name),
            .init("outcome", outcome.rawValue), .init("run_id", run), .init("detail", why),
            .init("detail_text", TextPresenter.kept(why)),
        ]
    }

    static func delivery(_ delivery: HookDelivery) -> JSON {
        .object([
            .init("id", delivery.id), .init("at", delivery.at), .init("outcome", delivery.outcome.rawValue),
            .init("detail", delivery.detail), .init("detail_text", TextPresenter.kept(delivery.detail)),
            .init("run_id", delivery.run), .init("address", delivery.address), .init("bytes", delivery.bytes),
        ])
    }
}
