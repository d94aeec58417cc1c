// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The server's master keys: one that new things are sealed with, and earlier ones that still open old things.
///
/// Keys for the audit and for secrets are derived from a master key (HKDF), so no two uses share one.
package struct KeyRing: Sendable {
    package struct Key: Sendable {
        /// 32 bytes.
        package let bytes: [UInt8]
        /// Names the key beside what it sealed; tells nothing of it.
        package let kid: String

        /// - Returns: nil unless there are 32 bytes.
        package init?(_ bytes: [UInt8]) {
            guard bytes.count == 32 else { return nil }
            self.bytes = bytes
            self.kid = AuditChain.kid(of: bytes)
        }
    }

    package let primary: Key
    private let keys: [String: Key]

    package init(primary: Key, earlier: [Key] = []) {
        self.primary = primary
        self.keys = Dictionary((earlier + [primary]).map { ($0.kid, $0) }) { _, last in last }
    }

    package func key(_ kid: String) -> Key? { self.keys[kid] }

    /// Never shows a key.
    package var kids: [String] { self.keys.keys.sorted() }
}
