// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What may happen to running executions when somebody saves another version of their job (C-08).
package enum EditPolicy: String, Codable, Sendable, CaseIterable {
    /// They end as they began, with the version they are pinned to.
    case pinned
    /// The edit is refused, and names one of them.
    case refuse
}

/// What happens to running executions when somebody disables or pauses their job (S1-FR-1.3).
package enum DisablePolicy: String, Codable, Sendable, CaseIterable {
    /// They run to their end.
    case finish
    /// They are stopped, as by a cancellation.
    case stop
}

/// When a job stops by itself, and what its running executions live through when people change it.
///
/// The server's business alone: agents never see it, so it is no part of ``JobSnapshot``.
package struct StandingPolicies: Hashable, Sendable {
    /// So many runs that failed one after the other pause the job; nil = none do.
    package var pauseAfterFailures: Int?
    package var onEdit: EditPolicy
    package var onDisable: DisablePolicy

    package static let failuresRange = 1...1000

    package init(
        pauseAfterFailures: Int? = nil,
        onEdit: EditPolicy = .pinned,
        onDisable: DisablePolicy = .finish
    ) {
        self.pauseAfterFailures = pauseAfterFailures
        self.onEdit = onEdit
        self.onDisable = onDisable
    }
}

extension StandingPolicies: Codable {
    private enum CodingKeys: String, CodingKey {
        case pauseAfterFailures
        case onEdit
        case onDisable
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            pauseAfterFailures: try container.decodeIfPresent(Int.self, forKey: .pauseAfterFailures),
            onEdit: try container.decodeIfPresent(EditPolicy.self, forKey: .onEdit) ?? .pinned,
            onDisable: try container.decodeIfPresent(DisablePolicy.self, forKey: .onDisable) ?? .finish
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(self.pauseAfterFailures, forKey: .pauseAfterFailures)
        if self.onEdit != .pinned { try container.encode(self.onEdit, forKey: .onEdit) }
        if self.onDisable != .finish { try container.encode(self.onDisable, forKey: .onDisable) }
    }
}
