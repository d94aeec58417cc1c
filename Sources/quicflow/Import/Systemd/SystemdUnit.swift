// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A unit file (systemd.syntax(7)).
struct SystemdUnit {
    struct Entry {
        let section: String
        let key: String
        let value: String
        let line: Int
    }

    /// `backup.timer`.
    let name: String
    let file: String
    private(set) var entries: [Entry] = []

    init(_ source: ImportFile, _ findings: inout ForeignFindings) {
        self.name = source.baseName
        self.file = source.name
        guard let text = source.text else {
            findings.refuse(1, "this is no text in UTF-8")
            return
        }
        var section = ""
        var pending: (text: String, line: Int)?
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = index + 1
            let trimmed = raw.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
            // Comments may stand between continued lines.
            if trimmed.hasPrefix("#") || trimmed.hasPrefix(";") { continue }
            let whole = (pending?.text ?? "") + String(raw).trimmingSuffix { $0 == " " || $0 == "\t" || $0 == "\r" }
            let start = pending?.line ?? line
            if whole.hasSuffix("\\") {
                pending = (whole.dropLast() + " ", start)
                continue
            }
            pending = nil
            let text = whole.drop { $0 == " " || $0 == "\t" }
            if text.isEmpty { continue }
            if text.hasPrefix("["), text.hasSuffix("]") {
                section = String(text.dropFirst().dropLast())
                continue
            }
            guard let equals = text.firstIndex(of: "=") else {
                findings.refuse(start, "'\(text.prefix(60))' is no line of a unit")
                continue
            }
            let key = text[..<equals].trimmingSuffix { $0 == " " || $0 == "\t" }
            let value = text[text.index(after: equals)...].drop { $0 == " " || $0 == "\t" }
            // An empty value takes back what stood before it.
            if value.isEmpty {
                self.entries.removeAll { $0.section == section && $0.key == key }
            } else {
                self.entries.append(Entry(section: section, key: String(key), value: String(value), line: start))
            }
        }
    }

    func all(_ section: String, _ key: String) -> [Entry] {
        self.entries.filter { $0.section == section && $0.key == key }
    }

    func last(_ section: String, _ key: String) -> Entry? { self.all(section, key).last }

    func flag(_ section: String, _ key: String) -> Bool {
        self.last(section, key).map { ["1", "yes", "true", "on"].contains($0.value.lowercased()) } ?? false
    }
}

extension StringProtocol {
    func trimmingSuffix(_ isPart: (Character) -> Bool) -> String {
        var text = Substring(self)
        while let last = text.last, isPart(last) { text.removeLast() }
        return String(text)
    }
}

/// Spans of time as systemd writes them: `5min 20s`, `1h`, `90` (seconds).
enum SystemdSpan {
    private static let units: [(names: [String], milliseconds: Double)] = [
        (["us", "usec", "µs"], 0.001), (["ms", "msec"], 1), (["s", "sec", "second", "seconds", ""], 1000),
        (["m", "min", "minute", "minutes"], 60_000), (["h", "hr", "hour", "hours"], 3_600_000),
        (["d", "day", "days"], 86_400_000), (["w", "week", "weeks"], 604_800_000),
        (["M", "month", "months"], 2_629_800_000), (["y", "year", "years"], 31_557_600_000),
    ]

    /// Seconds, rounded up to whole ones.
    ///
    /// - Returns: nil for what is none, `infinity` among it.
    static func seconds(_ text: String) -> Int64? {
        var rest = Substring(text.filter { $0 != " " })
        guard !rest.isEmpty else { return nil }
        var milliseconds = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits), number >= 0 else { return nil }
            rest = rest.dropFirst(digits.count)
            let word = rest.prefix { !$0.isNumber }
            rest = rest.dropFirst(word.count)
            guard let unit = self.units.first(where: { $0.names.contains(String(word)) }) else { return nil }
            milliseconds += number * unit.milliseconds
        }
        guard milliseconds < 1e15 else { return nil }
        return Int64((milliseconds / 1000).rounded(.up))
    }
}
