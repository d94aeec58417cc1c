// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Somebody whom another system has signed in: a proxy in front of the server, or an OpenID provider.
///
/// Issuer and subject together are the identity; names and mail addresses are what people see, and never decide which account it
/// is: whoever can choose a name elsewhere would take over the account of that name here.
package struct ExternalIdentity: Hashable, Sendable {
    /// What the configuration calls the system: `proxy`, or a provider's name.
    package let provider: String
    package let issuer: String
    package let subject: String
    /// What to call them.
    package let name: String
    /// The groups they are in there.
    package let groups: [String]

    package init(provider: String, issuer: String, subject: String, name: String, groups: [String]) {
        self.provider = provider
        self.issuer = issuer
        self.subject = subject
        self.name = name
        self.groups = groups
    }

    /// What a proxy says of who asks.
    package static let proxy = "proxy"

    /// Bytes of a subject (OpenID Connect Core 1.0, 2).
    package static let subjectLimit = 255
    /// Groups of one person; more are no list of groups.
    package static let groupLimit = 500
    /// Bytes of a group's name.
    package static let groupNameLimit = 512

    /// How long the account stands for what the other system has said; milliseconds.
    ///
    /// Its tokens end with that.
    package static let trustMilliseconds: Int64 = 30 * 86_400_000

    /// The account's name here: theirs, `@` and the provider, `-2` and so on between them where that is taken.
    ///
    /// No local name has an `@`, so that no one is ever taken for somebody else.
    package func username(try number: Int) -> String {
        let suffix = (number > 1 ? "-\(number)" : "") + "@" + self.provider
        let plain = self.name.utf8.prefix(64).map { byte in
            let isPlain =
                (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a)
                || [0x2d, 0x2e, 0x5f, 0x40].contains(byte)
            return isPlain ? byte : UInt8(ascii: "-")
        }
        let room = max(1, 64 - suffix.utf8.count)
        let name = String(decoding: plain.drop { $0 == 0x2d || $0 == 0x2e || $0 == 0x40 }.prefix(room), as: UTF8.self)
        return (name.isEmpty ? "user" : name) + suffix
    }
}
