// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

/// Names a set of job versions, so that two sides see in one comparison whether they agree (S1-FR-2.3).
package enum ConfigDigest {
    /// Lower-case hex of SHA-256 over the sorted pairs of job uid and version.
    package static func of(_ versions: some Sequence<(uid: JobUID, version: Int64)>) -> String {
        var hash = SHA256()
        for entry in versions.sorted(by: { $0.uid < $1.uid }) {
            hash.update(data: entry.uid.bytes)
            withUnsafeBytes(of: entry.version.bigEndian) { hash.update(bufferPointer: $0) }
        }
        return Hex.encode(hash.finalize())
    }

    /// Lower-case hex of SHA-256 over the sorted pairs of job uid and content.
    ///
    /// Version numbers repeat after the server's database was restored: two different contents then have one number, and
    /// only this digest tells them apart.
    package static func of(contents: some Sequence<(uid: JobUID, content: [UInt8])>) -> String {
        var hash = SHA256()
        for entry in contents.sorted(by: { $0.uid < $1.uid }) {
            hash.update(data: entry.uid.bytes)
            hash.update(data: entry.content)
        }
        return Hex.encode(hash.finalize())
    }
}

extension JobSnapshot {
    /// SHA-256 of everything this version says; equal snapshots have equal hashes on every host.
    ///
    /// Costs an encoding the first time; the snapshot and its copies remember it. A peer that knows a field which the other does not gets
    /// another hash, and with it the configuration once more: a cost, no fault.
    package func contentHash() -> [UInt8] { self.rememberedHash { self.makeContentHash() } }

    private func makeContentHash() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // No value of a snapshot can fail to encode; if one ever does, the empty hash means "send it again".
        var told = self
        // Hosts are not told of it, and servers not of the other.
        told.placement = nil
        told.verdict = nil
        guard let bytes = try? encoder.encode(told) else { return [] }
        return Array(SHA256.hash(data: bytes))
    }
}

/// Lower-case hexadecimal text.
package enum Hex {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: nil when the text has an odd length or another character.
    package static func decode(_ text: String) -> [UInt8]? {
        let nibbles = text.utf8.map { byte -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x61...0x66: byte - 0x61 + 10
            case 0x41...0x46: byte - 0x41 + 10
            default: nil
            }
        }
        guard nibbles.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: nibbles.count, by: 2) {
            guard let high = nibbles[index], let low = nibbles[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
