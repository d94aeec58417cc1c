// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A condition or value of a workflow, read and checked (W11).
///
/// ```
/// or = and *("||" and); and = not *("&&" not); not = ["!"] cmp; cmp = sum [op sum]; sum = mul *(("+"/"-") mul)
/// mul = una *(("*"/"/"/"%") una); una = ["-"] prim; prim = number / string / true / false / null / path / call / (or) / [args]
/// path = root *("." name / "[" (int/string) "]")
/// ```
package struct Expression: Hashable, Sendable {
    /// Where a path begins.
    package enum Root: String, Sendable, CaseIterable {
        case params, steps, run
    }

    package enum Operation: String, Sendable {
        case equal = "=="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case within = "in"
        case plus = "+"
        case minus = "-"
        case times = "*"
        case divided = "/"
        case remainder = "%"
    }

    package enum Function: String, Sendable, CaseIterable {
        case len, int, num, str, has, `default`, lower, contains, starts, ends, like, json

        /// How many values it takes.
        var arity: ClosedRange<Int> {
            switch self {
            case .len, .int, .num, .str, .has, .lower: 1...1
            case .default, .contains, .starts, .ends, .like, .json: 2...2
            }
        }
    }

    indirect enum Node: Hashable, Sendable {
        case value(JSON)
        case path(Root, [JSON], column: Int)
        case list([Node])
        case not(Node, column: Int)
        case negative(Node, column: Int)
        case and(Node, Node, column: Int)
        case or(Node, Node, column: Int)
        case binary(Operation, Node, Node, column: Int)
        case call(Function, [Node], column: Int)
    }

    package let text: String
    let root: Node

    /// - Throws: what is wrong, with its column.
    package init(_ text: String) throws(ExpressionFault) {
        var parser = try ExpressionParser(text)
        self.text = text
        self.root = try parser.whole()
    }

    /// The steps that it asks about, with the columns where it does.
    package var steps: [(key: String, column: Int)] {
        self.paths.compactMap { root, parts, column in
            guard root == .steps, case .string(let key)? = parts.first else { return nil }
            return (key, column)
        }
    }

    /// Every path in it, in order.
    package var paths: [(root: Root, parts: [JSON], column: Int)] {
        var found: [(root: Root, parts: [JSON], column: Int)] = []
        func walk(_ node: Node) {
            switch node {
            case .value: break
            case .path(let root, let parts, let column): found.append((root, parts, column))
            case .list(let nodes), .call(_, let nodes, _): nodes.forEach(walk)
            case .not(let inner, _), .negative(let inner, _): walk(inner)
            case .and(let left, let right, _), .or(let left, let right, _), .binary(_, let left, let right, _):
                walk(left)
                walk(right)
            }
        }
        walk(self.root)
        return found
    }
}
