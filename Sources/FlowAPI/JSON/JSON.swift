// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A JSON value (RFC 8259) with exact integers and members in the order in which they were written.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One name and its value.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: JSON

        package init(_ name: String, _ value: some JSONConvertible) {
            self.name = name
            self.value = value.json
        }
    }

    /// The value of a member; nil when this is no object or has no such member.
    package subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// What kind of value this is, as people call it.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Something that has one obvious form in JSON.
package protocol JSONConvertible {
    var json: JSON { get }
}

extension JSON: JSONConvertible {
    package var json: JSON { self }
}

extension String: JSONConvertible {
    package var json: JSON { .string(self) }
}

extension Bool: JSONConvertible {
    package var json: JSON { .bool(self) }
}

extension Int: JSONConvertible {
    package var json: JSON { .integer(Int64(self)) }
}

extension Int64: JSONConvertible {
    package var json: JSON { .integer(self) }
}

extension Double: JSONConvertible {
    package var json: JSON { .number(self) }
}

extension Timestamp: JSONConvertible {
    /// RFC 3339 in UTC.
    package var json: JSON { .string(self.rfc3339()) }
}

extension ExecutionID: JSONConvertible {
    package var json: JSON { .string(self.description) }
}

extension RunID: JSONConvertible {
    package var json: JSON { .string(self.description) }
}

extension JobUID: JSONConvertible {
    package var json: JSON { .string(self.description) }
}

extension AgentID: JSONConvertible {
    package var json: JSON { .string(self.rawValue) }
}

extension Optional: JSONConvertible where Wrapped: JSONConvertible {
    package var json: JSON { self?.json ?? .null }
}

extension Array: JSONConvertible where Element: JSONConvertible {
    package var json: JSON { .array(self.map(\.json)) }
}

extension Dictionary: JSONConvertible where Key == String, Value: JSONConvertible {
    /// Members sorted by name, so that equal dictionaries are written alike.
    package var json: JSON {
        .object(self.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value) })
    }
}
