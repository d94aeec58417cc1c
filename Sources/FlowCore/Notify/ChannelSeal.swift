// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Seals the secrets of channels for the store, and opens them for use.
///
/// All secrets of a channel are sealed together, bound to an id of their own: a channel keeps it when it is renamed, and what
/// lies under another id does not open.
package struct ChannelSeal: Sendable {
    private let seal: SecretSeal?

    /// - Parameter seal: nil while the master key is missing: what is sealed stays closed, and nothing can be sealed.
    package init(_ seal: SecretSeal?) { self.seal = seal }

    /// - Returns: the channel as its sender needs it. What can't be opened stays sealed (``NotifyChannel/isClosed``).
    package func open(_ channel: NotifyChannel) -> NotifyChannel {
        guard let sealed = channel.secrets.sealed,
            let text = self.seal?.open(sealed.text, name: Self.name(of: sealed.id), version: Self.version),
            let secrets = try? JSONDecoder().decode(ChannelSecrets.self, from: Data(text.utf8))
        else { return channel }
        var channel = channel
        channel.draft.secrets = secrets
        return channel
    }

    /// Seals what a channel is going to be.
    ///
    /// - Parameters:
    ///   - draft: with its secrets in clear.
    ///   - stored: the channel as it is stored; secrets that don't change keep their sealed form, so that the audit says
    ///     truly whether they did.
    ///   - id: what new secrets are bound to.
    /// - Throws: ``CoreError`` `unavailable` when there is something to seal and no key.
    package func close(
        _ draft: NotifyChannelDraft,
        over stored: NotifyChannel?,
        id: String
    ) throws -> NotifyChannelDraft {
        var draft = draft
        guard draft.secrets.sealed == nil, draft.secrets != ChannelSecrets() else { return draft }
        if let stored, stored.secrets.sealed != nil, self.open(stored).secrets == draft.secrets {
            draft.secrets = stored.secrets
            return draft
        }
        guard let seal else { throw StoreFault.keyMissing }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(draft.secrets), as: UTF8.self)
        let bound = stored?.secrets.sealed?.id ?? id
        draft.secrets = ChannelSecrets(
            sealed: .init(
                id: bound,
                text: try seal.seal(text, name: Self.name(of: bound), version: Self.version)
            )
        )
        return draft
    }

    /// What the secrets of a channel are sealed for; no secret of a task can have such a name.
    package static func name(of id: String) -> String { "channel:\(id)" }
    package static let version: Int64 = 1
}
