// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A stored value as a tree, for telling two of them apart.
enum AuditValue: Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([AuditValue])
    case object([String: AuditValue])

    /// Names of fields as the API spells them, whatever Swift calls them.
    init(_ value: some Encodable) throws { self = try AuditEncoder.tree(of: value) }

    /// Every leaf under its JSON Pointer (RFC 6901).
    ///
    /// An empty array or object is a leaf too, so that it can be told from nothing.
    func leaves(at path: String = "", into result: inout [String: AuditValue]) {
        switch self {
        case .object(let members) where !members.isEmpty:
            for (name, value) in members {
                // What Swift calls an enum's unnamed payload is no word for people.
                let step = name == "_0" ? "" : "/" + Self.escape(name)
                value.leaves(at: path + step, into: &result)
            }
        case .array(let items) where !items.isEmpty:
            for (index, value) in items.enumerated() { value.leaves(at: "\(path)/\(index)", into: &result) }
        default: result[path] = self
        }
    }

    private static func escape(_ name: String) -> String {
        name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") })
            ? String(name.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }) : name
    }

    /// As JSON, keys sorted.
    var json: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let integer): String(integer)
        case .number(let number): String(number)
        case .string(let text): Self.quote(text)
        case .array(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { Self.quote($0.key) + ":" + $0.value.json }
                .joined(separator: ",") + "}"
        }
    }

    static func quote(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        if isPlain { return "\"\(text)\"" }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
