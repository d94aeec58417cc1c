// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A named pool of places that jobs share on each host (`docs/scheduling.md`).
///
/// Decided by the host alone, so it holds offline; over all hosts together there is no limit. Each job says how many places it
/// means: it starts when fewer executions of the pool's jobs are under way on the host.
package struct PoolUse: Hashable, Sendable, Codable {
    package let name: String
    package let places: Int

    package static let placesRange = 1...1000

    package init(name: String, places: Int) {
        self.name = name
        self.places = places
    }

    /// Whether a text can be a pool's name: 1 to 64 letters, digits, `-` and `_`, the first a letter or digit.
    package static func isName(_ text: String) -> Bool { HolidayCalendar.isName(text) }

    /// What a waiting execution says of itself.
    package var waitingDetail: String { "waits for a place in pool '\(self.name)' on the host" }
}
