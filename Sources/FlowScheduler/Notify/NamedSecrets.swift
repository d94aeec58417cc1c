// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowSupport

/// Puts the values of the secrets that a channel names into their places, for one message.
///
/// They are asked for at each message: a value that was set a moment ago counts, and one that is gone is sent no more.
struct NamedSecrets: Sendable {
    enum Filling: Hashable, Sendable {
        case ready(NotifyChannel)
        /// Why not.
        case lacking(String)
    }

    let store: any SecretStore
    /// Nil while the master key is missing.
    let seal: SecretSeal?

    /// - Parameter channel: with its own secrets open.
    /// - Throws: what the store throws.
    func fill(_ channel: NotifyChannel) async throws -> Filling {
        let names = channel.secrets.secretNames
        guard !names.isEmpty else { return .ready(channel) }
        var values: [String: String] = [:]
        for name in names {
            guard let found = try await self.store.sealedSecret(named: name), found.secret.isFor([Group.everyone])
            else { return self.lacking(why: "there is no secret '\(name)' that is for every group") }
            guard let value = self.seal?.open(found.text, name: name, version: found.secret.version) else {
                return self.lacking(why: "the secret '\(name)' cannot be opened with the server's keys; set it again")
            }
            guard !TextRules.hasControlCharacters(value) else {
                return self.lacking(why: "the secret '\(name)' has control characters, which no channel can carry")
            }
            values[name] = value
        }
        var filled = channel
        filled.draft.secrets = try channel.secrets.resolved(values)
        return .ready(filled)
    }

    private func lacking(why: String) -> Filling { .lacking(why) }
}
