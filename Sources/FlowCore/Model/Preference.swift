// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What somebody has chosen for their own eyes, such as the columns of a list; it follows them to every browser.
///
/// The server does not read the values: the console that keeps one knows what it means.
package enum Preference {
    /// Of one person.
    package static let limit = 50
    /// Bytes of a name and of a value.
    package static let nameLimit = 40
    package static let valueLimit = 500

    /// Whether it names a preference: words of small letters, joined by points.
    package static func isName(_ text: String) -> Bool {
        (1...self.nameLimit).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
                !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f }
            }
    }
}
