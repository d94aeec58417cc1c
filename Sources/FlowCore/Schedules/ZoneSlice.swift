// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The rules of one zone as a small value that travels and is stored: what a server's files say, for hosts whose files may
/// say otherwise, or lack the zone (R12).
///
/// It has the changes of the offset from ``start`` on, up to where they follow the zone's rule, and then the rule. So it
/// never runs out: a host that is away for years is as right as its server was when they last met.
package struct ZoneSlice: Hashable, Sendable, Codable {
    /// One change of the offset.
    package struct Change: Hashable, Sendable, Codable {
        /// Seconds since the epoch.
        package let at: Int64
        /// Seconds east of Greenwich from then on.
        package let offset: Int

        package init(at: Int64, offset: Int) {
            self.at = at
            self.offset = offset
        }
    }

    /// What was before 2020 no schedule asks about.
    package static let start = Timestamp(seconds: 1_577_836_800)
    /// The most changes a slice may have; a zone without a rule has two for each year until 2199.
    package static let changeLimit = 2000
    /// RFC 9636 allows offsets of little more than a day.
    private static let offsets = -93_600...93_600
    private static let lastSecond: Int64 = 7_300_000_000

    package let name: String
    /// Seconds east of Greenwich at ``start``.
    package let initialOffset: Int
    package let changes: [Change]
    /// A POSIX rule with summer time, for after the last change.
    package let rule: String?

    /// Takes what another host said of a zone.
    ///
    /// - Returns: nil when it can't be the rules of a zone.
    package init?(name: String, initialOffset: Int, changes: [Change], rule: String?) {
        guard ZoneDatabase.isWellFormed(name), Self.offsets.contains(initialOffset),
            changes.count <= Self.changeLimit, changes.allSatisfy({ Self.offsets.contains($0.offset) }),
            zip(changes, changes.dropFirst()).allSatisfy({ $0.at < $1.at }),
            changes.first.map({ $0.at > Self.start.seconds }) ?? true,
            changes.last.map({ $0.at < Self.lastSecond }) ?? true
        else { return nil }
        if let rule { guard Self.parse(rule) != nil else { return nil } }
        self.name = name
        self.initialOffset = initialOffset
        self.changes = changes
        self.rule = rule
    }

    /// Cuts out of a zone what schedules need.
    package init(_ zone: ZoneRules) {
        let changes = zone.transitions(after: Self.start, through: Timestamp(seconds: Self.lastSecond))
            .map { Change(at: $0.at.seconds, offset: $0.offsetSeconds) }
        self.name = zone.name
        self.initialOffset = zone.offsetSeconds(at: Self.start)
        (self.changes, self.rule) = Self.shorten(changes, by: zone.rule)
    }

    /// Whether the zone has one offset only: every host that has it at all knows the same of it.
    package var isSteady: Bool { self.changes.isEmpty && self.rule == nil }

    /// The changes until the end of all schedules, the rule's included.
    var transitions: [(start: Int64, offset: Int)] {
        Self.expand(self.changes[...], self.rule.flatMap(Self.parse)).map { ($0.at, $0.offset) }
    }

    /// Leaves out the changes that the rule says as well.
    private static func shorten(_ changes: [Change], by rule: String?) -> ([Change], String?) {
        guard let rule, let posix = Self.parse(rule) else { return (changes, nil) }
        let ruled = Self.expand([], posix)
        let common = zip(changes.reversed(), ruled.reversed()).prefix { $0 == $1 }.count
        // One change more where the rule knows one before it that the zone left out.
        for count in [common, common - 1] where count > 0 {
            let head = changes.dropLast(count)
            if Self.expand(head, posix) == changes { return (Array(head), rule) }
        }
        return (changes, nil)
    }

    private static func expand(_ changes: ArraySlice<Change>, _ rule: PosixZone?) -> [Change] {
        guard let rule else { return Array(changes) }
        let last = changes.last?.at ?? Self.start.seconds
        return changes
            + rule.transitions(after: last, through: CronMasks.lastYear + 1)
            .filter { $0.start < Self.lastSecond }
            .map { Change(at: $0.start, offset: $0.offset) }
    }

    /// - Returns: nil when the text is no rule that has summer time.
    private static func parse(_ rule: String) -> PosixZone? {
        guard rule.utf8.count <= 128, let zone = PosixZone(Array(rule.utf8)[...]), zone.summer != nil else {
            return nil
        }
        return zone
    }
}

extension ZoneRules {
    /// The zone that a slice was cut out of; before ``ZoneSlice/start`` it has the offset of that moment.
    package convenience init(_ slice: ZoneSlice) {
        self.init(
            name: slice.name,
            initial: slice.initialOffset,
            transitions: slice.transitions,
            rule: slice.rule
        )
    }
}
