// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Why an expression cannot be read or has no value; never the value `false` (W11).
package struct ExpressionFault: Error, Hashable, Sendable {
    package let text: Wording
    /// Bytes from the beginning of the text, counted from 1; 0 where no single place is to blame.
    package let column: Int

    /// ``text`` in English, without the place.
    package var message: String { self.text.english }

    package init(_ message: Wording, at column: Int) {
        self.text = message
        self.column = column
    }
}

extension ExpressionFault: CustomStringConvertible {
    /// With the place.
    package var wording: Wording { self.column > 0 ? "\(self.text), at column \(self.column)" : self.text }

    package var description: String { self.wording.english }
}

/// How large an expression, and what it comes to, may be (W11).
package enum ExpressionLimits {
    /// Bytes of its text.
    package static let text = 1024
    /// Brackets and operators inside each other.
    package static let depth = 16
    /// Operations of one evaluation.
    package static let steps = 10_000
    /// Bytes of what it comes to.
    package static let result = 64 * 1024
}
