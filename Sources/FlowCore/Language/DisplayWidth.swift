// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How many columns of a terminal text takes.
package enum DisplayWidth {
    /// East Asian wide characters and emoji take two columns, combining marks and controls none.
    package static func columns(of text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + self.columns(of: $1) }
    }

    /// A cluster is as wide as its widest scalar: a letter with its accents is one column, a joined emoji two.
    package static func columns(of character: Character) -> Int {
        // Variation selector 16 asks for the emoji picture of a sign that is narrow as text.
        if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        return character.unicodeScalars.reduce(0) { max($0, self.columns(of: $1)) }
    }

    /// `text` cut to `limit` columns, the last of them an ellipsis when something was cut.
    package static func fitted(_ text: String, to limit: Int) -> String {
        guard self.columns(of: text) > limit, limit > 0 else { return text }
        var kept = ""
        var used = 0
        for character in text {
            let width = self.columns(of: character)
            guard used + width <= limit - 1 else { break }
            kept.append(character)
            used += width
        }
        return kept + "…"
    }

    /// `text` in lines of at most `limit` columns, broken at blanks and beside wide characters.
    ///
    /// No line begins with a sign that closes something, and words that are longer than a line stay whole.
    package static func wrapped(_ text: String, to limit: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for piece in self.pieces(of: text) {
            let blank = used > 0 && piece.isBehindBlank ? " " : ""
            let width = self.columns(of: piece.text)
            if used > 0, used + blank.count + width > limit {
                lines.append(line)
                (line, used) = (piece.text, width)
            } else {
                line += blank + piece.text
                used += blank.count + width
            }
        }
        return lines + [line]
    }

    /// What may not be separated: words, and wide characters with the signs that belong to them.
    private static func pieces(of text: String) -> [(text: String, isBehindBlank: Bool)] {
        var pieces: [(text: String, isBehindBlank: Bool)] = []
        var isBehindBlank = false
        var isOpen = false
        var wasWide = false
        for character in text {
            if character == " " {
                (isBehindBlank, isOpen, wasWide) = (true, false, false)
                continue
            }
            let isWide = self.columns(of: character) == 2
            let closes = "，。；：、！？）”’》】".contains(character)
            let joins = !isBehindBlank && (isOpen || closes || (!isWide && !wasWide))
            if joins, let last = pieces.indices.last {
                pieces[last].text.append(character)
            } else {
                pieces.append((String(character), isBehindBlank))
            }
            (isBehindBlank, isOpen, wasWide) = (false, "（“‘《【".contains(character), isWide)
        }
        return pieces
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format: return 0
        default: break
        }
        return self.wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The blocks whose characters are W or F in Unicode's EastAsianWidth.txt, and the emoji.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x231a...0x231b, 0x23e9...0x23ec, 0x25fd...0x25fe, 0x2614...0x2615, 0x2648...0x2653,
        0x26a1...0x26a1, 0x26aa...0x26ab, 0x2705...0x2705, 0x274c...0x274c, 0x2753...0x2755, 0x2795...0x2797,
        0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf, 0xa960...0xa97f,
        0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1b000...0x1b2ff,
        0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x1fa70...0x1faff, 0x20000...0x3fffd,
    ]
}
