// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// The time zones of this host, read once each.
///
/// Names are IANA's (`Asia/Shanghai`), `UTC`, or fixed offsets (`+08:00`). The files come from `TZDIR` or, without it,
/// from where systems keep them; a host without any has the zones of Foundation.
package final class ZoneDatabase: ZoneSource {
    /// The database of the process.
    package static let shared = ZoneDatabase(directory: ZoneDatabase.systemDirectory())

    /// Where the zone files are; nil on a host that has none.
    package let directory: String?
    private let cache = Mutex<[String: ZoneRules]>([:])

    package init(directory: String?) {
        self.directory = directory
    }

    private static func systemDirectory() -> String? {
        if let directory = ProcessInfo.processInfo.environment["TZDIR"], !directory.isEmpty { return directory }
        let candidates = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"]
        return candidates.first { FileManager.default.fileExists(atPath: $0 + "/Etc/UTC") }
    }

    /// The rules of a zone.
    ///
    /// - Throws: ``ScheduleError/Code/unknownZone`` when there is no such zone.
    package func rules(named name: String) throws(ScheduleError) -> ZoneRules {
        if let rules = self.cache.withLock({ $0[name] }) { return rules }
        guard Self.isWellFormed(name), let rules = self.load(name) else {
            throw ScheduleError(
                .unknownZone,
                "'\(name.prefix(64))' is not a time zone of this host; write one such as Asia/Shanghai, UTC or +08:00"
            )
        }
        self.cache.withLock { $0[name] = rules }
        return rules
    }

    /// The release of the zone data, such as `2026a`; nil when the files do not tell.
    package var version: String? {
        guard let directory,
            let data = FileManager.default.contents(atPath: directory + "/tzdata.zi"),
            let line = data.prefix(64).split(separator: 0x0a).first
        else { return nil }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        return words.count >= 3 && words[1] == "version" ? String(words[2]) : nil
    }

    private static let universal: Set<String> = ["UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z"]

    /// Whether a name means the same on every host, whatever files it has: UTC, or a fixed offset.
    package static func needsNoFile(_ name: String) -> Bool {
        self.universal.contains(name) || self.fixedOffset(name) != nil
    }

    /// Whether a text can be the name of a zone at all: never a path out of the directory.
    package static func isWellFormed(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count) else { return false }
        if self.fixedOffset(name) != nil { return true }
        guard
            name.utf8.allSatisfy({ byte in
                (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a)
                    || [0x2b, 0x2d, 0x2f, 0x5f].contains(byte)
            })
        else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            part.utf8.first.map { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a } ?? false
        }
    }

    /// Seconds of `+08:00` or `-03:30`; nil when the text is no fixed offset up to 18 hours.
    static func fixedOffset(_ name: String) -> Int? {
        let bytes = Array(name.utf8)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"), [1, 2, 4, 5].allSatisfy({ bytes[$0] >= 0x30 && bytes[$0] <= 0x39 })
        else { return nil }
        let hours = Int(bytes[1] - 0x30) * 10 + Int(bytes[2] - 0x30)
        let minutes = Int(bytes[4] - 0x30) * 10 + Int(bytes[5] - 0x30)
        guard minutes < 60, hours * 60 + minutes <= 18 * 60 else { return nil }
        return (bytes[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private func load(_ name: String) -> ZoneRules? {
        if let offset = Self.fixedOffset(name) { return ZoneRules(name: name, initial: offset, transitions: []) }
        if Self.universal.contains(name) { return ZoneRules(name: name, initial: 0, transitions: []) }
        guard let directory else { return Self.foundationRules(name) }
        guard let data = FileManager.default.contents(atPath: directory + "/" + name), data.count <= 1 << 20 else {
            return nil
        }
        return TZifFile.parse(Array(data), name: name)
    }

    /// The zone as Foundation knows it, walked from transition to transition.
    private static func foundationRules(_ name: String) -> ZoneRules? {
        guard let zone = TimeZone(identifier: name) else { return nil }
        var instant = Date(timeIntervalSince1970: 0)
        let initial = zone.secondsFromGMT(for: instant)
        var transitions: [(start: Int64, offset: Int)] = []
        let end = Double(CivilDate.days(year: CronMasks.lastYear + 1, month: 1, day: 2)) * 86_400
        // Two changes a year are usual; a zone that never ends must not keep us here.
        while transitions.count < 2000, let next = zone.nextDaylightSavingTimeTransition(after: instant),
            next > instant, next.timeIntervalSince1970 < end
        {
            transitions.append((Int64(next.timeIntervalSince1970.rounded()), zone.secondsFromGMT(for: next)))
            instant = next
        }
        return ZoneRules(name: name, initial: initial, transitions: transitions)
    }
}
