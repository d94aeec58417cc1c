// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowSupport

/// Puts the values of the secrets that a channel names into their places, for one message.
///
/// They are asked for at each message: a value that was set a moment ago counts, and one that is gone is sent no more.
struct NamedSecrets: Sendable {
    enum Filling: Hashable, Sendable {
        /// With the values that are in it now.
        case ready(NotifyChannel, [String])
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
        // It becomes a part of an address.
        let token = filled.draft.secrets.secret ?? ""
        guard channel.kind != .telegram || names.isEmpty || token.utf8.allSatisfy(Self.isTokenByte) else {
            return self.lacking(why: "the channel's secret is no token of a bot")
        }
        return .ready(filled, Array(values.values))
    }

    private func lacking(why: String) -> Filling { .lacking(why) }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            || ":_-".utf8.contains(byte)
    }
}
