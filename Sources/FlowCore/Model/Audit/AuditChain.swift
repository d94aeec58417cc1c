// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// The hash chain over audit rows: a row that was changed or taken out shows.
///
/// Each hash is HMAC-SHA256, keyed, over `qf-audit-1\n`, the hash of the row before (32 zero bytes before the first) and
/// every field of the row as a netstring; a missing field is `-,`. Without the key nobody can mend a chain.
package struct AuditChain: Sendable {
    private let key: SymmetricKey
    /// Names the key in each row.
    package let kid: String

    /// - Parameter master: the server's master key, 32 bytes.
    package init(master: [UInt8]) {
        self.key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: master),
            salt: [UInt8](),
            info: Array("qf-audit-v1".utf8),
            outputByteCount: 32
        )
        self.kid = Self.kid(of: master)
    }

    /// The first eight hexadecimal digits of SHA-256 over `qf-kid-v1` and the key.
    package static func kid(of master: [UInt8]) -> String {
        let digest = SHA256.hash(data: Array("qf-kid-v1".utf8) + master)
        return digest.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    package static let start = [UInt8](repeating: 0, count: 32)

    /// - Parameters:
    ///   - previous: the hash of the row before, ``start`` for the first.
    ///   - kid: of the row; for verifying, a row names its own.
    package func hash(
        _ entry: AuditEntry,
        chain: String,
        sequence: Int64,
        after previous: [UInt8]
    ) -> [UInt8] {
        let change = entry.change
        let fields: [String?] = [
            chain, String(sequence), String(change.at.milliseconds),
            change.actor.kind.rawValue, change.actor.id, change.actor.name, change.actor.tokenID.map { String($0) },
            change.origin.address, change.origin.via.rawValue, change.origin.request,
            entry.action.rawValue, entry.object?.kind, entry.object?.id, entry.object?.name,
            entry.groups.isEmpty ? nil : entry.groups.map { String($0) }.joined(separator: ","),
            entry.outcome.rawValue, change.reason,
            entry.flags.isEmpty ? nil : entry.flags.joined(separator: ","), entry.diff, self.kid,
        ]
        var bytes = Array("qf-audit-1\n".utf8) + previous
        for field in fields {
            if let field {
                bytes += "\(field.utf8.count):".utf8
                bytes += field.utf8
                bytes.append(UInt8(ascii: ","))
            } else {
                bytes += "-,".utf8
            }
        }
        return Array(HMAC<SHA256>.authenticationCode(for: bytes, using: self.key))
    }

    /// The seals of rows that follow a head.
    package func seal(_ entries: [AuditEntry], chain: String, after head: AuditHead?) -> [AuditEntry.Seal] {
        var sequence = head?.sequence ?? 0
        var hash = head?.hash ?? Self.start
        return entries.map { entry in
            sequence += 1
            hash = self.hash(entry, chain: chain, sequence: sequence, after: hash)
            return AuditEntry.Seal(chain: chain, sequence: sequence, kid: self.kid, hash: hash)
        }
    }
}

/// The last row of a chain.
package struct AuditHead: Hashable, Sendable {
    package let chain: String
    package let sequence: Int64
    package let hash: [UInt8]

    package init(chain: String, sequence: Int64, hash: [UInt8]) {
        self.chain = chain
        self.sequence = sequence
        self.hash = hash
    }

    package var hexHash: String { self.hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// `chain number hash`, as it is written down.
    package var line: String { "\(self.chain) \(self.sequence) \(self.hexHash)" }

    /// Reads ``line``; nil for anything else.
    package init?(line: some StringProtocol) {
        let words = line.split(separator: " ")
        guard words.count == 3, let sequence = Int64(words[1]), words[2].utf8.count == 64 else { return nil }
        let digits = words[2].compactMap(\.hexDigitValue)
        guard digits.count == 64 else { return nil }
        self.init(
            chain: String(words[0]),
            sequence: sequence,
            hash: stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        )
    }
}
