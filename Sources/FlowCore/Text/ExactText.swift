// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Text from outside as a name to look things up by: compared, ordered and hashed byte by byte.
///
/// `String` compares and hashes what a text looks like, so it brings both sides into a normal form first (Unicode
/// Standard Annex 15). That costs the square of a run of combining marks, and is not what a protocol means by "the same
/// name". Member names, parameters and user names are therefore keys of this type and never of `String`.
package struct ExactText: Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }
}

extension ExactText: Hashable {
    package static func == (lhs: ExactText, rhs: ExactText) -> Bool { lhs.text.utf8.elementsEqual(rhs.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        var text = self.text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // A text is not the beginning of a longer one.
        hasher.combine(0xff as UInt8)
    }
}

extension ExactText: Comparable {
    package static func < (lhs: ExactText, rhs: ExactText) -> Bool {
        lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8)
    }
}

extension ExactText: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral value: String) { self.text = value }
    package var description: String { self.text }
}

extension String {
    /// The beginning of a text, cut at a whole scalar, with `…` for what is left out; for messages that quote outside text.
    package func shortened(toBytes limit: Int) -> String {
        guard self.utf8.count > limit else { return self }
        var end = self.utf8.index(self.startIndex, offsetBy: limit)
        // The index may stand inside a scalar of up to four bytes.
        while end > self.startIndex, self.utf8[end] & 0xc0 == 0x80 { end = self.utf8.index(before: end) }
        return String(self.unicodeScalars[..<end]) + "…"
    }
}
