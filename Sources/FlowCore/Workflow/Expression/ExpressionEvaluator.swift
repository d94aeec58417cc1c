// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What an expression can ask about.
package struct ExpressionScope: Sendable {
    private let roots: [Expression.Root: JSON]

    package init(params: JSON, steps: JSON, run: JSON) {
        self.roots = [.params: params, .steps: steps, .run: run]
    }

    func value(_ root: Expression.Root, _ parts: [JSON]) -> JSON? {
        var value = self.roots[root] ?? .null
        for part in parts {
            switch (value, part) {
            case (.object, .string(let name)):
                guard let member = value[name] else { return nil }
                value = member
            case (.array(let values), .integer(let index)):
                guard index >= 0, index < values.count else { return nil }
                value = values[Int(index)]
            default: return nil
            }
        }
        return value
    }
}

extension Expression {
    /// What it comes to.
    ///
    /// Only an integer becomes a decimal by itself; every other mixture of kinds is a fault, as is a missing path (W11).
    package func value(in scope: ExpressionScope) throws(ExpressionFault) -> JSON {
        var evaluator = ExpressionEvaluator(scope: scope)
        let value = try evaluator.value(self.root)
        guard JSONWriter.bytes(value).count <= ExpressionLimits.result else {
            throw ExpressionFault("it comes to more than \(ExpressionLimits.result) bytes", at: 0)
        }
        return value
    }

    /// Whether a condition holds.
    package func holds(in scope: ExpressionScope) throws(ExpressionFault) -> Bool {
        guard case .bool(let isTrue) = try self.value(in: scope) else {
            throw ExpressionFault("a condition has to be true or false", at: 0)
        }
        return isTrue
    }
}

/// Works out an expression within a bounded number of steps.
struct ExpressionEvaluator {
    let scope: ExpressionScope
    private var steps = 0

    init(scope: ExpressionScope) { self.scope = scope }

    mutating func value(_ node: Expression.Node) throws(ExpressionFault) -> JSON {
        try self.count(1)
        switch node {
        case .value(let value): return value
        case .path(let root, let parts, let column):
            guard let value = self.scope.value(root, parts) else {
                throw ExpressionFault("\(Self.name(root, parts)) is not there; ask with has() or default()", at: column)
            }
            return value
        case .list(let nodes):
            var values: [JSON] = []
            for node in nodes { values.append(try self.value(node)) }
            return .array(values)
        case .not(let inner, let column): return .bool(!(try self.flag(inner, column)))
        case .negative(let inner, let column):
            switch try self.value(inner) {
            case .integer(let value):
                guard value != .min else { throw ExpressionFault("the number is too large", at: column) }
                return .integer(-value)
            case .number(let value): return .number(-value)
            case let other: throw ExpressionFault("\(words: other.kind) has no negative", at: column)
            }
        case .and(let left, let right, let column):
            return .bool(try self.flag(left, column) ? try self.flag(right, column) : false)
        case .or(let left, let right, let column):
            return .bool(try self.flag(left, column) ? true : try self.flag(right, column))
        case .binary(let operation, let left, let right, let column):
            return try self.binary(operation, try self.value(left), try self.value(right), column)
        case .call(let function, let arguments, let column):
            return try self.call(function, arguments, column)
        }
    }

    /// Long texts and lists cost as many steps as they are long.
    mutating func count(_ steps: Int) throws(ExpressionFault) {
        self.steps += steps
        guard self.steps <= ExpressionLimits.steps else {
            throw ExpressionFault("it takes more than \(ExpressionLimits.steps) steps", at: 0)
        }
    }

    private mutating func flag(_ node: Expression.Node, _ column: Int) throws(ExpressionFault) -> Bool {
        let value = try self.value(node)
        guard case .bool(let flag) = value else {
            throw ExpressionFault("true or false is expected, not \(words: value.kind)", at: column)
        }
        return flag
    }

    static func name(_ root: Expression.Root, _ parts: [JSON]) -> String {
        parts.reduce(root.rawValue) { text, part in
            if case .string(let name) = part { "\(text).\(name)" } else { "\(text)[\(JSONWriter.text(part))]" }
        }.shortened(toBytes: 100)
    }
}
