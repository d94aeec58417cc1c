// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A text with expressions in it: `day-{{params.day}}` (W11).
package struct ExpressionTemplate: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case text(String)
        case expression(Expression)
    }

    package let text: String
    package let pieces: [Piece]

    /// - Throws: what is wrong, with its column in the whole text.
    package init(_ text: String) throws(ExpressionFault) {
        self.text = text
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let open = rest.firstRange(of: "{{") {
            let before = rest[..<open.lowerBound]
            if !before.isEmpty { pieces.append(.text(String(before))) }
            let start = text.utf8.distance(from: text.startIndex, to: open.upperBound)
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw ExpressionFault("'}}' is missing", at: start - 1)
            }
            do {
                pieces.append(.expression(try Expression(String(rest[open.upperBound..<close.lowerBound]))))
            } catch {
                throw ExpressionFault(error.text, at: error.column + start)
            }
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    package var expressions: [Expression] {
        self.pieces.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    }

    /// What it comes to; a lone expression keeps its kind.
    package func value(in scope: ExpressionScope) throws(ExpressionFault) -> JSON {
        if self.pieces.count == 1, case .expression(let expression) = self.pieces[0] {
            return try expression.value(in: scope)
        }
        return .string(try self.rendered(in: scope))
    }

    /// What it comes to as text.
    package func rendered(in scope: ExpressionScope) throws(ExpressionFault) -> String {
        var result = ""
        for piece in self.pieces {
            switch piece {
            case .text(let text): result += text
            case .expression(let expression): result += ExpressionEvaluator.text(try expression.value(in: scope))
            }
            guard result.utf8.count <= ExpressionLimits.result else {
                throw ExpressionFault("it comes to more than \(ExpressionLimits.result) bytes", at: 0)
            }
        }
        return result
    }
}
