// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whether a text can be compared, hashed and cut without surprise cost (Unicode Standard Annex 15, section 13).
///
/// Everything that `String` does with a run of combining marks costs the square of the run: one request of a megabyte of
/// them can keep a core busy for minutes. No writing system needs more than a handful in a row, so the standard calls a
/// text with at most 30 of them "stream-safe". Every door through which text comes in refuses any other text; behind the doors
/// all work on text is proportional to its length.
package enum StreamSafe {
    /// Combining marks in a row (UAX 15, definition D3).
    package static let limit = 30

    package static func accepts(_ text: String) -> Bool {
        // The first mark is U+0300, which UTF-8 begins with 0xCC: most text has nothing to look at.
        guard text.utf8.contains(where: { $0 >= 0xcc }) else { return true }
        var run = 0
        for scalar in text.unicodeScalars {
            guard let weight = Self.marks(in: scalar) else {
                run = 0
                continue
            }
            run += weight
            if run > Self.limit { return false }
        }
        return true
    }

    /// How many marks a scalar stands for; nil when it is none.
    private static func marks(in scalar: Unicode.Scalar) -> Int? {
        guard scalar.value >= 0x300 else { return nil }
        switch scalar.value {
        // The four that decompose into two marks, three of them with a combining class of their own of zero.
        case 0x0344, 0x0f73, 0x0f75, 0x0f81: return 2
        default: return scalar.properties.canonicalCombiningClass == .notReordered ? nil : 1
        }
    }
}
