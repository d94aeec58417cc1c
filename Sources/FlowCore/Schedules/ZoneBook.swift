// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The zones an agent plans by: the server's where it sent them, the host's own for the rest (R12).
package struct ZoneBook: ZoneSource {
    private struct Entry: Sendable {
        let slice: ZoneSlice
        let rules: ZoneRules
        /// The host's files lack the zone, or know it otherwise.
        let isForeign: Bool
    }

    private let host: any ZoneSource
    private var entries: [String: Entry] = [:]

    package init(host: any ZoneSource, slices: [ZoneSlice] = []) {
        self.host = host
        self.take(slices)
    }

    /// Takes rules in the place of what it had of the same zones.
    package mutating func take(_ slices: [ZoneSlice]) {
        for slice in slices where self.entries[slice.name]?.slice != slice {
            let rules = ZoneRules(slice)
            let own = try? self.host.rules(named: slice.name)
            let isForeign = own.map { !$0.agrees(with: rules, from: ZoneSlice.start, through: .distantFuture) } ?? true
            self.entries[slice.name] = Entry(slice: slice, rules: rules, isForeign: isForeign)
        }
    }

    /// Takes rules, and forgets every other zone.
    package mutating func replace(by slices: [ZoneSlice]) {
        let names = Set(slices.map(\.name))
        self.entries = self.entries.filter { names.contains($0.key) }
        self.take(slices)
    }

    package func slice(named name: String) -> ZoneSlice? { self.entries[name]?.slice }

    /// Whether the host knows nothing of a zone that the server sent, or something else.
    package func isForeign(_ name: String) -> Bool { self.entries[name]?.isForeign ?? false }

    package func rules(named name: String) throws(ScheduleError) -> ZoneRules {
        if let entry = self.entries[name] { return entry.rules }
        return try self.host.rules(named: name)
    }
}
