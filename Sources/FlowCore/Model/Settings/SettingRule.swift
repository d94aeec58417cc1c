// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a setting may be.
package struct SettingRule: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// With `zero`, 0 is possible too, and means "for ever".
        case integer(ClosedRange<Int64>, zero: Bool)
        case choice([String])
        /// A name of the time-zone database.
        case timeZone
    }

    package let kind: Kind
    package let standard: SettingValue
    /// `s`, `min`, `h`, `d`, `MiB`; nil where it is a mere number or no number.
    package let unit: String?
    /// What a page calls it.
    package let chinese: String
    package let english: String

    /// - Returns: nil when the text is no possible value.
    package func value(written text: String) -> SettingValue? {
        let value: SettingValue
        switch self.kind {
        case .integer:
            guard let number = Int64(text) else { return nil }
            value = .integer(number)
        case .choice, .timeZone: value = .text(text)
        }
        return self.allows(value) ? value : nil
    }

    package func allows(_ value: SettingValue) -> Bool {
        switch (self.kind, value) {
        case (.integer(let range, let zero), .integer(let number)): range.contains(number) || (zero && number == 0)
        case (.choice(let words), .text(let word)): words.contains(word)
        case (.timeZone, .text(let name)): (try? ZoneDatabase.shared.rules(named: name)) != nil
        default: false
        }
    }

    /// What may be written, in words.
    package var possible: Wording {
        switch self.kind {
        case .integer(let range, zero: false): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .integer(let range, zero: true):
            "0 (for ever) or a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .timeZone: "a name of the time-zone database, such as Asia/Shanghai or UTC"
        }
    }
}
