// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259) with exact integers and members in the order in which they were written.
///
/// Two values are equal when their text is: strings are compared byte by byte (``ExactText``), never by what they look like.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One name and its value.
    package struct Member: Hashable, Sendable {
        package let name: ExactText
        package let value: JSON

        package init(_ name: String, _ value: some JSONConvertible) {
            self.init(name: ExactText(name), value: value.json)
        }

        package init(name: ExactText, value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The value of a member; nil when this is no object or has no such member.
    package subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        let name = ExactText(name)
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

extension JSON: Hashable {
    package static func == (lhs: JSON, rhs: JSON) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): ExactText(left) == ExactText(right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): hasher.combine(ExactText(value))
        case .array(let values): hasher.combine(values)
        case .object(let members): hasher.combine(members)
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
    package var json: JSON { .array(self.map { $0.json }) }
}

extension Dictionary: JSONConvertible where Key == String, Value: JSONConvertible {
    /// Members sorted by name, so that equal dictionaries are written alike.
    package var json: JSON {
        .object(self.map { JSON.Member($0.key, $0.value) }.sorted { $0.name < $1.name })
    }
}
