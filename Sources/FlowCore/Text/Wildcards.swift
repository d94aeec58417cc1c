// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Patterns in which one character stands for any number of characters, and one for any single one.
package enum Wildcards {
    /// Goes back to the last star only, so it takes time proportional to pattern times text at worst, whatever the pattern.
    ///
    /// - Parameters:
    ///   - any: stands for any number of elements in the pattern.
    ///   - one: stands for one.
    package static func matches<Element: Equatable>(
        _ text: [Element],
        _ pattern: [Element],
        any: Element,
        one: Element
    ) -> Bool {
        var (at, place) = (0, 0)
        // Where to go on when what follows the last star does not fit.
        var star: (place: Int, at: Int)?
        while at < text.count {
            if place < pattern.count, pattern[place] == any {
                star = (place, at)
                place += 1
            } else if place < pattern.count, pattern[place] == one || pattern[place] == text[at] {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.place, last.at + 1)
                at = last.at + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == any }
    }
}
