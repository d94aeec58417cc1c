// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a host found out about the signature of a definition; kept with it in the host's ledger.
///
/// A definition that came without any has none of these.
package enum DefinitionVerdict: Hashable, Sendable, Codable {
    /// Good, by the key of this id.
    case signed(by: String)
    /// By a key that is known, and not of these bytes.
    case wrong
    /// By a key that no authority which the host trusts has vouched for.
    case strange
}

/// Whether a host takes definitions without a signature; its policy's word.
package enum SignatureRule: String, Hashable, Sendable, Codable, CaseIterable {
    /// None, also before a server has said whose signatures there are.
    case required
    /// Also from servers whose definitions had signatures once. One that is wrong is never taken.
    case accepted
}

/// What a host has seen of signatures so far; kept in its ledger.
package struct SigningState: Hashable, Sendable, Codable {
    /// Ids of the keys that the last welcome with any had, the newest last.
    package var keys: [String]
    /// The definitions here came after that, so that one without a signature is none of this installation's.
    package var isInForce: Bool

    package init(keys: [String] = [], isInForce: Bool = false) {
        self.keys = keys
        self.isInForce = isInForce
    }
}

/// A signature of a definition, as it travels.
package struct DefinitionSignature: Hashable, Sendable {
    /// Names the key: the first eight bytes of the SHA-256 of its public half.
    package let key: [UInt8]
    /// Ed25519, 64 bytes.
    package let signature: [UInt8]

    package init(key: [UInt8], signature: [UInt8]) {
        self.key = key
        self.signature = signature
    }
}
