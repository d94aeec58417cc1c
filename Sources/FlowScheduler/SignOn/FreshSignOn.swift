// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// That somebody has just proved at a provider who they are, because this server asked for it: what a password is to those who
/// have one here.
///
/// It is sealed with the key that all servers of an installation have, and good for one session and some minutes. Whoever takes a session
/// over does not have it, and with the session that it is for it ends.
package struct FreshSignOn: Hashable, Sendable {
    /// Milliseconds.
    package static let lifeMilliseconds: Int64 = 300_000
    /// No secret has a blank in its name, so none of them opens as a proof.
    private static let name = "fresh sign-on"
    private static let limit = 512

    private let user: UserID
    private let session: String
    private let endsAt: Timestamp

    init(user: UserID, session tokenHash: [UInt8], at now: Timestamp) {
        self.user = user
        self.session = Base64URL.encode(tokenHash)
        self.endsAt = now.advanced(byMilliseconds: Self.lifeMilliseconds)
    }

    init?(_ text: String, seal: SecretSeal) {
        guard text.utf8.count <= Self.limit, let content = seal.open(text, name: Self.name, version: 1) else {
            return nil
        }
        let parts = content.split(separator: " ")
        guard parts.count == 3, let user = UserID(parts[0]), let end = Int64(parts[2]) else { return nil }
        self.user = user
        self.session = String(parts[1])
        self.endsAt = Timestamp(milliseconds: end)
    }

    func sealed(_ seal: SecretSeal) -> String? {
        try? seal.seal("\(self.user) \(self.session) \(self.endsAt.milliseconds)", name: Self.name, version: 1)
    }

    func fits(_ session: AuthenticatedSession, at now: Timestamp) -> Bool {
        now < self.endsAt && self.user == session.principal.userID
            && self.session == Base64URL.encode(session.tokenHash)
    }
}
