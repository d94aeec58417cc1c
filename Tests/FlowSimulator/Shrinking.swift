// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A smaller history of the same number in which the same rule is broken.
package struct Shrinking: Sendable {
    /// What is left out.
    package private(set) var without: Set<Trouble> = []
    /// When trouble ends; seconds, nil = when it does.
    package private(set) var until: Int?
    /// What the invariants say against the smaller history.
    package private(set) var faults: [String]
    /// Histories that were lived through for it.
    package private(set) var tries = 0

    /// Leaves out one kind of trouble after the other, and ends it earlier, as long as the first fault keeps its word.
    ///
    /// Two passes at most: what could not be left out beside the rest may be so without it.
    ///
    /// - Parameters:
    ///   - faults: of the whole history; not empty.
    ///   - kinds: the trouble that there may be in it.
    ///   - live: lives through the history without some trouble, which ends early.
    package init(of faults: [String], among kinds: [Trouble], live: (Set<Trouble>, Int?) -> [String]) {
        self.faults = faults
        guard let word = Self.word(of: faults) else { return }
        for _ in 0..<2 {
            let before = self.without
            for trouble in kinds where !self.without.contains(trouble) {
                self.take(self.without.union([trouble]), self.until, word, live)
            }
            for seconds in [6, 8, 10, 13, 16, 20, 25, 30, 36] where seconds < self.until ?? 45 {
                if self.take(self.without, seconds, word, live) { break }
            }
            if self.without == before { break }
        }
    }

    /// The options of `flow-sim` that show it.
    package var options: String {
        let names = Trouble.allCases.filter { self.without.contains($0) }.map(\.rawValue).joined(separator: ",")
        return (names.isEmpty ? "" : " --without \(names)") + (self.until.map { " --until \($0)" } ?? "")
    }

    @discardableResult
    private mutating func take(
        _ without: Set<Trouble>,
        _ until: Int?,
        _ word: String,
        _ live: (Set<Trouble>, Int?) -> [String]
    ) -> Bool {
        self.tries += 1
        let found = live(without, until)
        guard Self.word(of: found) == word else { return false }
        (self.without, self.until, self.faults) = (without, until, found)
        return true
    }

    /// The rule that is broken first.
    private static func word(of faults: [String]) -> String? {
        faults.first?.split(separator: " ", maxSplits: 1).first.map { String($0.prefix { $0 != ":" }) }
    }
}
