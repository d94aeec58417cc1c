// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// What a change made of an object: `[{"path","old"?,"new"?}]` with JSON Pointers (RFC 6901), sorted by path.
///
/// Long texts stand as their hash and size. Values of fields whose name speaks of a secret, and the user-info of URLs,
/// stand as `***`: that they changed is seen, what they are is not.
package enum AuditDiff {
    /// Of the whole text.
    static let limit = 64 * 1024
    /// Strings above are hashed; bytes.
    static let stringLimit = 1024
    static let mask = "***"

    private static let sensitiveWords = ["pass", "secret", "token", "key", "credential", "authorization", "cookie"]
        .map { Array($0.utf8) }

    /// - Returns: nil when nothing differs.
    package static func text<Value: Encodable>(before: Value?, after: Value?) throws -> String? {
        var old: [String: AuditValue] = [:]
        var new: [String: AuditValue] = [:]
        if let before { try AuditValue(before).leaves(into: &old) }
        if let after { try AuditValue(after).leaves(into: &new) }
        var parts: [String] = []
        var size = 2
        var omitted = 0
        let paths = old.isEmpty ? new.keys.sorted() : Set(old.keys).union(new.keys).sorted()
        for path in paths where old[path] != new[path] {
            var part = "{\"path\":\(AuditValue.quote(path))"
            if let value = old[path] { part += ",\"old\":\(self.shown(value, at: path).json)" }
            if let value = new[path] { part += ",\"new\":\(self.shown(value, at: path).json)" }
            part += "}"
            // Room is kept for the line that says how much is missing.
            guard size + part.utf8.count + 1 <= Self.limit - 64 else {
                omitted += 1
                continue
            }
            size += part.utf8.count + 1
            parts.append(part)
        }
        if omitted > 0 { parts.append("{\"path\":\"\",\"new\":{\"omitted\":\(omitted)}}") }
        return parts.isEmpty ? nil : "[" + parts.joined(separator: ",") + "]"
    }

    private static func shown(_ value: AuditValue, at path: String) -> AuditValue {
        guard case .string(let text) = value else { return value }
        if self.isSensitive(path) { return .string(self.mask) }
        let masked = self.withoutUserInfo(text)
        guard masked.utf8.count > self.stringLimit else { return .string(masked) }
        let hash = SHA256.hash(data: Array(masked.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        return .object(["sha256": .string(hash), "bytes": .integer(Int64(masked.utf8.count))])
    }

    static func isSensitive(_ path: String) -> Bool {
        guard let name = path.utf8.split(separator: UInt8(ascii: "/")).last else { return false }
        let letters = name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return letters.indices.contains { start in
            self.sensitiveWords.contains { $0[0] == letters[start] && letters[start...].starts(with: $0) }
        }
    }

    /// `https://user:word@host` becomes `https://***@host`, wherever it stands in a text.
    static func withoutUserInfo(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "@")) else { return text }
        let bytes = Array(text.utf8)
        let ends = Set("/?# \t\r\n\"'<>".utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index...].starts(with: "://".utf8) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            result += "://".utf8
            index += 3
            let end = bytes[index...].firstIndex { ends.contains($0) } ?? bytes.count
            if let at = bytes[index..<end].lastIndex(of: UInt8(ascii: "@")) {
                result += self.mask.utf8
                index = at
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
