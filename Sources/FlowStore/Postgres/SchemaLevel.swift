// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How far the steps go that a server knows: its connection says so by its name, to servers that want to take further ones.
///
/// Steps are numbered, those of both databases and those of PostgreSQL alone: `180 approvals`, `postgres 003 resting servers`.
struct SchemaLevel: Hashable, Sendable {
    private let common: Int
    private let own: Int

    private static let mark = " schema "
    private static let ownMark = "postgres "

    init(steps: [String]) {
        self.common = steps.compactMap(Self.common).max() ?? 0
        self.own = steps.compactMap(Self.own).max() ?? 0
    }

    /// Of a connection's `application_name`; nil when it does not say.
    init?(applicationName: String) {
        guard let mark = applicationName.range(of: Self.mark, options: .backwards) else { return nil }
        let numbers = applicationName[mark.upperBound...].split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 2, let common = Int(numbers[0]), let own = Int(numbers[1]) else { return nil }
        self.common = common
        self.own = own
    }

    /// A name of a connection with this behind it; PostgreSQL keeps 63 bytes of ASCII.
    func named(_ name: String) -> String {
        String(decoding: name.utf8.filter { $0 < 0x80 }.prefix(32), as: UTF8.self)
            + "\(Self.mark)\(self.common).\(self.own)"
    }

    /// A connection's name without this.
    static func bare(_ name: String) -> String {
        name.range(of: self.mark, options: .backwards).map { String(name[..<$0.lowerBound]) } ?? name
    }

    func knows(_ step: String) -> Bool {
        if let number = Self.own(step) { return number <= self.own }
        return Self.common(step).map { $0 <= self.common } ?? false
    }

    private static func common(_ step: String) -> Int? { Int(step.prefix { $0.isNumber }) }

    private static func own(_ step: String) -> Int? {
        step.hasPrefix(self.ownMark) ? self.common(String(step.dropFirst(self.ownMark.count))) : nil
    }
}
