// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore

/// From which networks people have signed in of late, since this server was started.
struct KnownPlaces: Sendable {
    private struct Key: Hashable {
        let user: ExactText
        let network: ExactText
    }

    static let lifeMilliseconds: Int64 = 30 * 86_400_000
    private static let capacity = 20_000
    private var seen: [Key: Timestamp] = [:]

    func contains(_ user: ExactText, address: String, now: Timestamp) -> Bool {
        let key = Key(user: user, network: ExactText(SignInLimiter.network(of: address)))
        return self.seen[key].map { now.milliseconds(since: $0) < Self.lifeMilliseconds } ?? false
    }

    mutating func add(_ user: ExactText, address: String, now: Timestamp) {
        if self.seen.count >= Self.capacity {
            // Half at once: a sort for each sign-in would cost more than what it finds.
            let oldest = self.seen.sorted { $0.value < $1.value }.prefix(Self.capacity / 2)
            for (key, _) in oldest { self.seen[key] = nil }
        }
        self.seen[Key(user: user, network: ExactText(SignInLimiter.network(of: address)))] = now
    }
}

/// What a browser keeps to show that its user has signed in there before.
///
/// Nothing is stored: it is sealed, for one user with one password, so another password ends it. It opens no session and spares no password;
/// its holder has tries of their own, and waits before strangers.
enum DeviceMark {
    static let lifeMilliseconds: Int64 = 180 * 86_400_000
    private static let limit = 512

    static func make(of user: UserID, passwordHash: String, at now: Timestamp, seal: SecretSeal) -> String? {
        var random = SystemRandomNumberGenerator()
        let number = UInt64.random(in: .min ... .max, using: &random)
        return try? seal.seal("\(now.milliseconds) \(number)", name: self.name(user, passwordHash), version: 1)
    }

    /// - Returns: which device it is; nil when it is none of this user, or too old.
    static func device(_ text: String, of user: User, now: Timestamp, seal: SecretSeal) -> ExactText? {
        guard text.utf8.count <= self.limit,
            let content = seal.open(text, name: self.name(user.id, user.passwordHash), version: 1)
        else { return nil }
        let parts = content.split(separator: " ")
        guard parts.count == 2, let made = Int64(parts[0]),
            now.milliseconds(since: Timestamp(milliseconds: made)) < self.lifeMilliseconds
        else { return nil }
        return ExactText("device \(parts[1])")
    }

    /// No secret has a blank in its name, so none of them opens as a mark.
    private static func name(_ user: UserID, _ passwordHash: String) -> String {
        "device \(user) \(Base64URL.encode(Array(SHA256.hash(data: Array(passwordHash.utf8)))))"
    }
}
