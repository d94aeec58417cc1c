// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Makes text that came from elsewhere safe to show on a terminal.
enum PrintableText {
    /// The text with every control character but line break and tab written out, as `\x1b`, so that a file, a name or a
    /// server's answer can't move the cursor, set the title or turn the direction of what is read.
    static func of(_ text: String) -> String {
        self.escaping(text) { digits in
            digits.count <= 2 ? "\\x\(digits.count < 2 ? "0" : "")\(digits)" : "\\u{\(digits)}"
        }
    }

    /// The same for a text that is JSON, and stays it with the same values (RFC 8259, 7).
    static func json(_ text: String) -> String {
        self.escaping(text) { "\\u" + String(repeating: "0", count: 4 - $0.count) + $0 }
    }

    /// - Parameter escape: makes the text for a scalar of the given hexadecimal digits, of which there are four at most.
    private static func escaping(_ text: String, _ escape: (String) -> String) -> String {
        guard text.unicodeScalars.contains(where: self.isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if self.isUnsafe(scalar) {
                result += escape(String(scalar.value, radix: 16))
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a: false
        case 0..<0x20, 0x7f..<0xa0: true
        // Marks that turn or isolate the direction of writing: text would read otherwise than it is.
        case 0x061c, 0x200e...0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        // Line and paragraph separators.
        case 0x2028...0x2029: true
        default: false
        }
    }
}
