// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ExpressionEvaluator {
    mutating func binary(
        _ operation: Expression.Operation,
        _ left: JSON,
        _ right: JSON,
        _ column: Int
    ) throws(ExpressionFault) -> JSON {
        switch operation {
        case .equal: return .bool(try self.equals(left, right, column))
        case .unequal: return .bool(!(try self.equals(left, right, column)))
        case .less: return .bool(try self.order(left, right, column) < 0)
        case .lessOrEqual: return .bool(try self.order(left, right, column) <= 0)
        case .greater: return .bool(try self.order(left, right, column) > 0)
        case .greaterOrEqual: return .bool(try self.order(left, right, column) >= 0)
        case .within:
            guard case .array(let values) = right else {
                throw ExpressionFault("'in' needs a list on its right, not \(words: right.kind)", at: column)
            }
            try self.count(values.count)
            for value in values where Self.sameKind(left, value) {
                if try self.equals(left, value, column) { return .bool(true) }
            }
            return .bool(false)
        case .plus:
            if case .string(let first) = left, case .string(let second) = right {
                try self.count((first.utf8.count + second.utf8.count) / 64)
                guard first.utf8.count + second.utf8.count <= ExpressionLimits.result else {
                    throw ExpressionFault("the text is longer than \(ExpressionLimits.result) bytes", at: column)
                }
                return .string(first + second)
            }
            return try Self.number(operation, left, right, column)
        case .minus, .times, .divided, .remainder: return try Self.number(operation, left, right, column)
        }
    }

    private static func sameKind(_ left: JSON, _ right: JSON) -> Bool {
        switch (left, right) {
        case (.integer, .number), (.number, .integer), (.integer, .integer), (.number, .number): true
        case (.null, .null), (.bool, .bool), (.string, .string), (.array, .array), (.object, .object): true
        default: false
        }
    }

    /// Null can be compared with everything: that is how it is asked for.
    private mutating func equals(_ left: JSON, _ right: JSON, _ column: Int) throws(ExpressionFault) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.null, _), (_, .null): return false
        case (.integer(let first), .number(let second)), (.number(let second), .integer(let first)):
            return Double(first) == second
        default:
            guard Self.sameKind(left, right) else {
                throw ExpressionFault("\(words: left.kind) and \(words: right.kind) cannot be compared", at: column)
            }
            return left == right
        }
    }

    private mutating func order(_ left: JSON, _ right: JSON, _ column: Int) throws(ExpressionFault) -> Int {
        func sign<Value: Comparable>(_ left: Value, _ right: Value) -> Int { left < right ? -1 : left == right ? 0 : 1 }
        switch (left, right) {
        case (.integer(let first), .integer(let second)): return sign(first, second)
        case (.number(let first), .number(let second)): return sign(first, second)
        case (.integer(let first), .number(let second)): return sign(Double(first), second)
        case (.number(let first), .integer(let second)): return sign(first, Double(second))
        case (.string(let first), .string(let second)):
            try self.count(min(first.utf8.count, second.utf8.count) / 64)
            return sign(ExactText(first), ExactText(second))
        default: throw ExpressionFault("\(words: left.kind) and \(words: right.kind) have no order", at: column)
        }
    }

    private static func number(
        _ operation: Expression.Operation,
        _ left: JSON,
        _ right: JSON,
        _ column: Int
    ) throws(ExpressionFault) -> JSON {
        if case .integer(let first) = left, case .integer(let second) = right {
            return .integer(try self.whole(operation, first, second, column))
        }
        guard let first = self.decimal(left), let second = self.decimal(right) else {
            throw ExpressionFault(
                "'\(operation.rawValue)' does not go with \(words: left.kind) and \(words: right.kind)",
                at: column
            )
        }
        let value: Double
        switch operation {
        case .plus: value = first + second
        case .minus: value = first - second
        case .times: value = first * second
        case .divided: value = first / second
        default: value = first.truncatingRemainder(dividingBy: second)
        }
        guard value.isFinite else { throw ExpressionFault("the result is no number", at: column) }
        return .number(value)
    }

    private static func decimal(_ value: JSON) -> Double? {
        switch value {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    private static func whole(
        _ operation: Expression.Operation,
        _ left: Int64,
        _ right: Int64,
        _ column: Int
    ) throws(ExpressionFault) -> Int64 {
        let (value, isTooLarge): (Int64, Bool)
        switch operation {
        case .plus: (value, isTooLarge) = left.addingReportingOverflow(right)
        case .minus: (value, isTooLarge) = left.subtractingReportingOverflow(right)
        case .times: (value, isTooLarge) = left.multipliedReportingOverflow(by: right)
        case .divided, .remainder:
            guard right != 0 else { throw ExpressionFault("divided by zero", at: column) }
            (value, isTooLarge) =
                operation == .divided
                ? left.dividedReportingOverflow(by: right) : left.remainderReportingOverflow(dividingBy: right)
        default: throw ExpressionFault("'\(operation.rawValue)' is no arithmetic", at: column)
        }
        guard !isTooLarge else { throw ExpressionFault("the number is too large", at: column) }
        return value
    }
}
