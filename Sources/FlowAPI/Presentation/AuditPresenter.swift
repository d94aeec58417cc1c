// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A row of the audit as the API shows it.
enum AuditPresenter {
    static func row(_ entry: AuditEntry) -> JSON {
        let change = entry.change
        return .object([
            .init("id", entry.id),
            .init("at", change.at),
            .init("actor_kind", change.actor.kind.rawValue),
            .init("actor_id", change.actor.id),
            .init("actor", change.actor.name),
            .init("token_id", change.actor.tokenID),
            .init("address", change.origin.address),
            .init("via", change.origin.via.rawValue),
            .init("request_id", change.origin.request),
            .init("action", entry.action.rawValue),
            .init("object_kind", entry.object?.kind),
            .init("object_id", entry.object?.id),
            .init("object_name", entry.object?.name),
            .init("group_ids", entry.groups),
            .init("outcome", entry.outcome.rawValue),
            .init("reason", change.reason),
            // What a person has given as a reason is theirs, and stays as it is.
            .init("reason_text", entry.outcome == .ok ? .null : TextPresenter.said(change.reason)),
            .init("flags", entry.flags),
            .init("diff", Self.diff(entry.diff)),
            .init("sealed", entry.seal != nil),
        ])
    }

    /// Stored as text, because its bytes are what is sealed.
    private static func diff(_ text: String?) -> JSON {
        guard let text, let value = try? JSONParser.parse(Array(text.utf8)) else { return .array([]) }
        return value
    }
}
