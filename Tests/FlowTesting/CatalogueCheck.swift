// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What can be wrong with the texts of a catalogue.
package enum CatalogueCheck {
    /// Words of English sentences that are no names, options or units.
    private static let prose: Set<String> = [
        "the", "is", "are", "was", "were", "not", "this", "that", "these", "with", "which", "there", "and", "but",
        "than",
        "more", "must", "cannot", "its", "another", "something", "somebody", "nothing", "write", "leave", "again",
        "first",
    ]

    /// A line for each fault; empty for a good catalogue.
    package static func faults(_ entries: [Catalogue.Entry]) -> [String] {
        var faults: [String] = []
        var seen: Set<String> = []
        for entry in entries {
            let english = Catalogue.names(in: entry.english)
            let chinese = Catalogue.names(in: entry.chinese)
            if Set(english).count != english.count { faults.append("a name stands twice: \(entry.english)") }
            if Set(english) != Set(chinese) { faults.append("other parts than in English: \(entry.chinese)") }
            if entry.chinese.isEmpty { faults.append("no Chinese: \(entry.english)") }
            let pattern = english.reduce(entry.english) { $0.replacing("{\($1)}", with: Wording.hole) }
            if !seen.insert(pattern).inserted { faults.append("twice in the catalogue: \(entry.english)") }
            let left = self.words(english.reduce(entry.chinese) { $0.replacing("{\($1)}", with: " ") })
            faults += left.intersection(self.prose).sorted().map { "'\($0)' is left: \(entry.chinese)" }
        }
        return faults
    }

    /// The words in Latin letters that do not stand in quotation marks.
    private static func words(_ text: String) -> Set<String> {
        var plain = ""
        var isQuoted = false
        for character in text {
            switch character {
            case "“": isQuoted = true
            case "”": isQuoted = false
            case "'": isQuoted.toggle()
            default: if !isQuoted { plain.append(character) }
            }
        }
        return Set(plain.split { !($0.isASCII && ($0.isLetter || "_-".contains($0))) }.map { $0.lowercased() })
    }
}
