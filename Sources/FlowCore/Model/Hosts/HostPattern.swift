// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A pattern of host names: `*` stands for any number of characters, `?` for one; letters match in either case.
package struct HostPattern: Hashable, Sendable {
    package static let limit = 253

    package let text: String
    private let pattern: [UInt8]

    /// - Returns: nil for an empty text, one over ``limit`` bytes, or one with blanks or control characters.
    package init?(_ text: String) {
        guard (1...Self.limit).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            return nil
        }
        self.text = text
        self.pattern = Self.folded(text)
    }

    /// Takes time proportional to pattern times name at worst, whatever the pattern.
    package func matches(_ name: String) -> Bool {
        Wildcards.matches(Self.folded(name), self.pattern, any: UInt8(ascii: "*"), one: UInt8(ascii: "?"))
    }

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.prefix(1024).map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }
}
