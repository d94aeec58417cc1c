// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Reads an expression by recursive descent, never deeper than ``ExpressionLimits/depth``.
struct ExpressionParser {
    private let tokens: [(token: ExpressionToken, column: Int)]
    private var position = 0
    private var depth = 0

    init(_ text: String) throws(ExpressionFault) {
        var scanner = ExpressionScanner(text)
        self.tokens = try scanner.tokens()
    }

    mutating func whole() throws(ExpressionFault) -> Expression.Node {
        let node = try self.or()
        guard self.token == .end else { throw self.unexpected() }
        return node
    }

    private var token: ExpressionToken { self.tokens[self.position].token }
    private var column: Int { self.tokens[self.position].column }

    private mutating func take(_ symbol: String) -> Bool {
        guard self.token == .symbol(symbol) else { return false }
        self.position += 1
        return true
    }

    private mutating func require(_ symbol: String) throws(ExpressionFault) {
        guard self.take(symbol) else { throw ExpressionFault("'\(symbol)' is missing here", at: self.column) }
    }

    private func unexpected() -> ExpressionFault {
        let what: Wording =
            switch self.token {
            case .end: "the expression ends where a value is expected"
            case .symbol(let text), .name(let text): "'\(text.shortened(toBytes: 40))' is not expected here"
            case .integer, .number, .string: "an operator is missing before this value"
            }
        return ExpressionFault(what, at: self.column)
    }

    private mutating func or() throws(ExpressionFault) -> Expression.Node {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= ExpressionLimits.depth else {
            throw ExpressionFault("nested more than \(ExpressionLimits.depth) deep", at: self.column)
        }
        var left = try self.and()
        while case let column = self.column, self.take("||") { left = .or(left, try self.and(), column: column) }
        return left
    }

    private mutating func and() throws(ExpressionFault) -> Expression.Node {
        var left = try self.not()
        while case let column = self.column, self.take("&&") { left = .and(left, try self.not(), column: column) }
        return left
    }

    private mutating func not() throws(ExpressionFault) -> Expression.Node {
        let column = self.column
        guard self.take("!") else { return try self.comparison() }
        return .not(try self.comparison(), column: column)
    }

    private mutating func comparison() throws(ExpressionFault) -> Expression.Node {
        let left = try self.sum()
        let column = self.column
        for operation in [
            Expression.Operation.equal, .unequal, .lessOrEqual, .greaterOrEqual, .less, .greater,
        ] where self.take(operation.rawValue) {
            return .binary(operation, left, try self.sum(), column: column)
        }
        guard self.token == .name("in") else { return left }
        self.position += 1
        return .binary(.within, left, try self.sum(), column: column)
    }

    private mutating func sum() throws(ExpressionFault) -> Expression.Node {
        var left = try self.product()
        while true {
            let column = self.column
            if self.take("+") {
                left = .binary(.plus, left, try self.product(), column: column)
            } else if self.take("-") {
                left = .binary(.minus, left, try self.product(), column: column)
            } else {
                return left
            }
        }
    }

    private mutating func product() throws(ExpressionFault) -> Expression.Node {
        var left = try self.unary()
        while true {
            let column = self.column
            if self.take("*") {
                left = .binary(.times, left, try self.unary(), column: column)
            } else if self.take("/") {
                left = .binary(.divided, left, try self.unary(), column: column)
            } else if self.take("%") {
                left = .binary(.remainder, left, try self.unary(), column: column)
            } else {
                return left
            }
        }
    }

    private mutating func unary() throws(ExpressionFault) -> Expression.Node {
        let column = self.column
        guard self.take("-") else { return try self.primary() }
        return .negative(try self.primary(), column: column)
    }

    private mutating func primary() throws(ExpressionFault) -> Expression.Node {
        let column = self.column
        switch self.token {
        case .integer(let value):
            self.position += 1
            return .value(.integer(value))
        case .number(let value):
            self.position += 1
            return .value(.number(value))
        case .string(let value):
            self.position += 1
            return .value(.string(value))
        case .name(let name):
            self.position += 1
            return try self.named(name, column)
        case .symbol("("):
            self.position += 1
            let inner = try self.or()
            try self.require(")")
            return inner
        case .symbol("["):
            self.position += 1
            return .list(try self.arguments(until: "]"))
        default: throw self.unexpected()
        }
    }

    private mutating func named(_ name: String, _ column: Int) throws(ExpressionFault) -> Expression.Node {
        switch name {
        case "true": return .value(.bool(true))
        case "false": return .value(.bool(false))
        case "null": return .value(.null)
        default: break
        }
        if self.take("(") {
            guard let function = Expression.Function(rawValue: name) else {
                let known = Expression.Function.allCases.map(\.rawValue).joined(separator: ", ")
                throw ExpressionFault(
                    "there is no function '\(name.shortened(toBytes: 40))'; there are \(known)",
                    at: column
                )
            }
            let arguments = try self.arguments(until: ")")
            guard function.arity.contains(arguments.count) else {
                throw ExpressionFault(
                    "'\(name)' takes \(function.arity.lowerBound) value(s), not \(arguments.count)",
                    at: column
                )
            }
            if function == .has, case .path? = arguments.first {
            } else if function == .has {
                throw ExpressionFault("'has' takes a path such as params.day", at: column)
            }
            return .call(function, arguments, column: column)
        }
        guard let root = Expression.Root(rawValue: name) else {
            throw ExpressionFault(
                "'\(name.shortened(toBytes: 40))' is not known; a path begins with params, steps or run, a text is in quotes",
                at: column
            )
        }
        return .path(root, try self.parts(), column: column)
    }

    private mutating func parts() throws(ExpressionFault) -> [JSON] {
        var parts: [JSON] = []
        while true {
            if self.take(".") {
                guard case .name(let name) = self.token else {
                    throw ExpressionFault("a name is missing after '.'", at: self.column)
                }
                self.position += 1
                parts.append(.string(name))
            } else if self.take("[") {
                switch self.token {
                case .integer(let index): parts.append(.integer(index))
                case .string(let name): parts.append(.string(name))
                default: throw ExpressionFault("a number or a text in quotes is missing after '['", at: self.column)
                }
                self.position += 1
                try self.require("]")
            } else {
                return parts
            }
        }
    }

    private mutating func arguments(until close: String) throws(ExpressionFault) -> [Expression.Node] {
        var arguments: [Expression.Node] = []
        guard !self.take(close) else { return arguments }
        repeat { arguments.append(try self.or()) } while self.take(",")
        try self.require(close)
        return arguments
    }
}
