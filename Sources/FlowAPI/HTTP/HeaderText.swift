// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Comparing parts of header fields as bytes, as RFC 9110 defines them.
enum HeaderText {
    /// Without the blanks around it (RFC 9110, 5.6.3).
    static func trimmed(_ bytes: Substring.UTF8View) -> Substring.UTF8View {
        var bytes = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }

    /// Whether two ASCII words are the same apart from case; `word` is in lower case.
    static func equal(_ bytes: Substring.UTF8View, _ word: String) -> Bool {
        bytes.count == word.utf8.count
            && zip(bytes, word.utf8).allSatisfy { ($0 >= 0x41 && $0 <= 0x5a ? $0 + 0x20 : $0) == $1 }
    }
}
