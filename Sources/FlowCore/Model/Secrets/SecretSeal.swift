// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

/// Seals secrets for the store: AES-256-GCM with a key derived from the master key.
///
/// `qfs1.<kid>.<nonce>.<ciphertext and tag>`, base64url without padding. What a value is bound to (installation, name,
/// version, key) is authenticated with it, so that a sealed value moved to another row does not open.
package struct SecretSeal: Sendable {
    private let ring: KeyRing
    private let installation: String
    private static let mark = "qfs1"

    /// - Parameter installation: names the installation; a copy of the database of another one opens nothing here.
    package init(ring: KeyRing, installation: String) {
        self.ring = ring
        self.installation = installation
    }

    /// What new values are sealed with.
    package var kid: String { self.ring.primary.kid }

    package func seal(_ value: String, name: String, version: Int64) throws -> String {
        try self.seal(value, name: name, version: version, nonce: AES.GCM.Nonce())
    }

    func seal(_ value: String, name: String, version: Int64, nonce: AES.GCM.Nonce) throws -> String {
        let key = self.ring.primary
        let box = try AES.GCM.seal(
            Array(value.utf8),
            using: Self.derive(key),
            nonce: nonce,
            authenticating: self.binding(name: name, version: version, kid: key.kid)
        )
        return [Self.mark, key.kid, Base64URL.encode(Array(nonce)), Base64URL.encode(Array(box.ciphertext + box.tag))]
            .joined(separator: ".")
    }

    /// Which key something was sealed with; nil for what is not sealed.
    package static func kid(of sealed: String) -> String? {
        let parts = sealed.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == Self.mark ? String(parts[1]) : nil
    }

    /// - Returns: nil when the key is not here, or this was sealed for something else, or changed.
    package func open(_ sealed: String, name: String, version: Int64) -> String? {
        let parts = sealed.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == Self.mark, let key = self.ring.key(String(parts[1])),
            let nonce = Base64URL.decode(parts[2]), let content = Base64URL.decode(parts[3]), content.count >= 16,
            let box = try? AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: nonce),
                ciphertext: content.dropLast(16),
                tag: content.suffix(16)
            ),
            let value = try? AES.GCM.open(
                box,
                using: Self.derive(key),
                authenticating: self.binding(name: name, version: version, kid: key.kid)
            )
        else { return nil }
        return String(validating: value, as: UTF8.self)
    }

    /// A digest that only who has the key can make, of this installation and the key that new values are sealed with.
    package func mark(of fields: [String]) -> String {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: self.ring.primary.bytes),
            salt: [UInt8](),
            info: Array("qf-mark-v1".utf8),
            outputByteCount: 32
        )
        // Lengths in front: no two lists are the same bytes.
        let bytes = ([self.installation] + fields).flatMap { field in
            Array("\(field.utf8.count):".utf8) + Array(field.utf8) + [UInt8(ascii: ",")]
        }
        return Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)))
    }

    private func binding(name: String, version: Int64, kid: String) -> [UInt8] {
        ["qf-secret-v1", self.installation, name, String(version), kid].flatMap { field in
            Array("\(field.utf8.count):".utf8) + Array(field.utf8) + [UInt8(ascii: ",")]
        }
    }

    private static func derive(_ key: KeyRing.Key) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key.bytes),
            salt: [UInt8](),
            info: Array("qf-secret-v1".utf8),
            outputByteCount: 32
        )
    }
}
