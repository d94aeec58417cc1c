// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ExpressionEvaluator {
    mutating func call(
        _ function: Expression.Function,
        _ arguments: [Expression.Node],
        _ column: Int
    ) throws(ExpressionFault) -> JSON {
        switch function {
        case .has:
            guard case .path(let root, let parts, _)? = arguments.first else { return .bool(false) }
            return .bool(self.scope.value(root, parts) != nil)
        case .default:
            if case .path(let root, let parts, _) = arguments[0] {
                guard let value = self.scope.value(root, parts), value != .null else {
                    return try self.value(arguments[1])
                }
                return value
            }
            let value = try self.value(arguments[0])
            return value == .null ? try self.value(arguments[1]) : value
        case .len, .int, .num, .str, .lower: return try self.single(function, try self.value(arguments[0]), column)
        case .contains, .starts, .ends, .like, .json:
            return try self.pair(function, try self.value(arguments[0]), try self.value(arguments[1]), column)
        }
    }

    private mutating func single(
        _ function: Expression.Function,
        _ value: JSON,
        _ column: Int
    ) throws(ExpressionFault) -> JSON {
        switch (function, value) {
        case (.len, .string(let text)): return .integer(Int64(text.unicodeScalars.count))
        case (.len, .array(let values)): return .integer(Int64(values.count))
        case (.len, .object(let members)): return .integer(Int64(members.count))
        case (.int, .integer), (.num, .number): return value
        case (.int, .number(let number)):
            guard let whole = Int64(exactly: number) else {
                throw ExpressionFault("this is no whole number", at: column)
            }
            return .integer(whole)
        case (.int, .string(let text)):
            guard let whole = Int64(text) else { throw ExpressionFault("this text is no whole number", at: column) }
            return .integer(whole)
        case (.num, .integer(let whole)): return .number(Double(whole))
        case (.num, .string(let text)):
            guard let number = Double(text), number.isFinite else {
                throw ExpressionFault("this text is no number", at: column)
            }
            return .number(number)
        case (.str, _): return .string(Self.text(value))
        case (.lower, .string(let text)):
            try self.count(text.utf8.count / 64)
            return .string(text.lowercased())
        default: throw ExpressionFault("'\(function.rawValue)' does not take \(words: value.kind)", at: column)
        }
    }

    /// As it stands in a parameter: a text as it is, everything else as JSON.
    static func text(_ value: JSON) -> String {
        if case .string(let text) = value { text } else { JSONWriter.text(value) }
    }

    private mutating func pair(
        _ function: Expression.Function,
        _ first: JSON,
        _ second: JSON,
        _ column: Int
    ) throws(ExpressionFault) -> JSON {
        if function == .contains, case .array(let values) = first {
            try self.count(values.count)
            return .bool(values.contains(second))
        }
        guard case .string(let text) = first, case .string(let other) = second else {
            throw ExpressionFault(
                "'\(function.rawValue)' takes two texts, not \(words: first.kind) and \(words: second.kind)",
                at: column
            )
        }
        let bytes = Array(text.utf8)
        let wanted = Array(other.utf8)
        switch function {
        case .starts: return .bool(bytes.starts(with: wanted))
        case .ends: return .bool(bytes.count >= wanted.count && bytes.suffix(wanted.count).elementsEqual(wanted))
        case .contains:
            try self.count(bytes.count / 16)
            return .bool(bytes.contains(wanted))
        case .like: return .bool(try self.matches(bytes, wanted))
        default: return try Self.member(of: text, at: other, column)
        }
    }

    /// `*` stands for anything, `?` for one byte; never more than text times pattern steps.
    private mutating func matches(_ text: [UInt8], _ pattern: [UInt8]) throws(ExpressionFault) -> Bool {
        var (at, in_) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            try self.count(1)
            if in_ < pattern.count, pattern[in_] == UInt8(ascii: "*") {
                star = (in_, at)
                in_ += 1
            } else if in_ < pattern.count, pattern[in_] == UInt8(ascii: "?") || pattern[in_] == text[at] {
                in_ += 1
                at += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                in_ = last.pattern + 1
                at = last.text + 1
            } else {
                return false
            }
        }
        return pattern[in_...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// The value of a JSON text at a pointer (RFC 6901).
    private static func member(of text: String, at pointer: String, _ column: Int) throws(ExpressionFault) -> JSON {
        guard var value = try? JSONParser.parse(Array(text.utf8)) else {
            throw ExpressionFault("the text is no JSON", at: column)
        }
        guard pointer.isEmpty || pointer.utf8.first == UInt8(ascii: "/") else {
            throw ExpressionFault("a JSON pointer begins with '/'", at: column)
        }
        for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = part.replacing("~1", with: "/").replacing("~0", with: "~")
            let next: JSON? =
                if case .array(let values) = value {
                    Int(name).flatMap { values.indices.contains($0) ? values[$0] : nil }
                } else {
                    value[String(name)]
                }
            guard let next else {
                throw ExpressionFault("the JSON has nothing at '\(pointer.shortened(toBytes: 60))'", at: column)
            }
            value = next
        }
        return value
    }
}
