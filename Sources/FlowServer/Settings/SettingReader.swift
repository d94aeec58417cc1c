// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Reads settings as strictly as the API reads bodies: every fault is noted with its place, and what nobody asks for is refused.
///
/// The environment wins over the file: `retention.days` is `QUARTZFLOW_RETENTION_DAYS` there. Unknown variables are left alone, since
/// other programs share the prefix (Kubernetes sets `QUARTZFLOW_SERVICE_HOST` for a service of that name).
final class SettingReader {
    private let file: SettingFile
    private let environment: [String: String]
    private var known: [String] = []
    private var faults: [Wording] = []

    /// More than these help nobody at once.
    private static let faultLimit = 20

    init(file: SettingFile, environment: [String: String]) {
        self.file = file
        self.environment = environment
    }

    /// The name of a setting in the environment.
    static func variable(_ key: String) -> String {
        "QUARTZFLOW_" + key.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 }
    }

    // MARK: Typed values; a fault gives the default

    func string(forKey key: String) -> String? {
        guard let (value, place) = self.take(key) else { return nil }
        switch value {
        case .text(let text) where !text.isEmpty: return text
        case .text: self.add("\(place) is empty; leave it out, or write a text.")
        case .list: self.add("\(place) is a list; write one text.")
        case .other(let what): self.add("\(place) \(what); write a text.")
        }
        return nil
    }

    func string(forKey key: String, default fallback: String) -> String { self.string(forKey: key) ?? fallback }

    func int(forKey key: String, in range: ClosedRange<Int> = Int.min...Int.max, default fallback: Int) -> Int {
        guard let (value, place) = self.take(key) else { return fallback }
        let possible: Wording =
            range == Int.min...Int.max
            ? "write a whole number" : "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .text(let text) = value, let number = Int(text), range.contains(number) else {
            self.add("\(place) \(Self.describe(value)); \(possible).")
            return fallback
        }
        return number
    }

    func bool(forKey key: String, default fallback: Bool) -> Bool {
        guard let (value, place) = self.take(key) else { return fallback }
        if case .text("true") = value { return true }
        if case .text("false") = value { return false }
        self.add("\(place) \(Self.describe(value)); write true or false.")
        return fallback
    }

    /// A list of texts; in the environment they are separated by commas.
    func stringArray(forKey key: String, default fallback: [String]) -> [String] {
        guard let (value, place) = self.take(key, isList: true) else { return fallback }
        if case .list(let texts) = value, !texts.contains("") { return texts }
        self.add("\(place) \(Self.describe(value)); write a list of texts, such as [a, b].")
        return fallback
    }

    /// What `parse` makes of a text; nil is a fault.
    func value<Value>(forKey key: String, possible: Wording, parse: (String) -> Value?) -> Value? {
        guard let (value, place) = self.take(key) else { return nil }
        if case .text(let text) = value, let parsed = parse(text) { return parsed }
        self.add("\(place) \(Self.describe(value)); write \(possible).")
        return nil
    }

    func values<Value>(forKey key: String, possible: Wording, parse: (String) -> Value?) -> [Value] {
        guard let (value, place) = self.take(key, isList: true) else { return [] }
        guard case .list(let texts) = value else {
            self.add("\(place) \(Self.describe(value)); write a list of \(possible).")
            return []
        }
        return texts.compactMap { text in
            if let parsed = parse(text) { return parsed }
            self.add("\(place) has '\(text.shortened(toBytes: 100))'; write \(possible).")
            return nil
        }
    }

    /// Notes a fault that only shows when settings are looked at together.
    func fault(_ key: String, _ message: Wording) { self.add("\(self.place(of: key)) \(message)") }

    /// Who says a setting; nil = nobody.
    func source(of key: String) -> Settings.Source? {
        if self.environment[Self.variable(key)] != nil { return .environment }
        return self.file.entries[key] == nil ? nil : .file
    }

    /// Whether anybody says a setting that was asked for and begins so.
    func hasAny(_ prefix: String) -> Bool {
        self.known.contains { $0.hasPrefix(prefix) && self.source(of: $0) != nil }
    }

    /// The words of the file behind a prefix, up to the next point; in the order of their lines.
    func names(under prefix: String) -> [String] {
        let keys = self.file.entries.filter { $0.key.hasPrefix(prefix) }
            .sorted { ($0.value.line ?? 0, $0.key) < ($1.value.line ?? 0, $1.key) }
        var names: [String] = []
        for (key, _) in keys {
            let name = String(key.dropFirst(prefix.count).prefix { $0 != "." })
            if !name.isEmpty, !names.contains(name) { names.append(name) }
        }
        return names
    }

    // MARK: The end

    /// Refuses the configuration if there was any fault, or a key that nobody asked for.
    ///
    /// - Throws: ``CoreError`` `invalid`, one fault a line.
    func finish() throws(CoreError) {
        let unknown = self.file.entries.filter { !self.known.contains($0.key) }
            .sorted { ($0.value.line ?? 0, $0.key) < ($1.value.line ?? 0, $1.key) }
        for (key, entry) in unknown {
            let nearest = self.known.min { Self.distance($0, key) < Self.distance($1, key) }
            var hint: Wording = "there are: \(self.known.sorted().joined(separator: ", "))."
            if let nearest, Self.distance(nearest, key) <= 3 { hint = "did you mean '\(nearest)'?" }
            let place = entry.line.map { ":\($0)" } ?? ""
            self.add("\(self.file.name)\(place): there is no setting '\(key.shortened(toBytes: 100))'; \(hint)")
        }
        guard !self.faults.isEmpty else { return }
        let more = self.faults.count - Self.faultLimit
        var shown = Array(self.faults.prefix(Self.faultLimit))
        if more > 0 { shown.append("and \(more) more.") }
        throw CoreError(.invalid, Wording.list(shown, separator: "\n"))
    }

    // MARK: Inside

    private func take(_ key: String, isList: Bool = false) -> (SettingFile.Value, place: Wording)? {
        if !self.known.contains(key) { self.known.append(key) }
        let place = self.place(of: key)
        if let text = self.environment[Self.variable(key)] {
            guard isList else { return (.text(text), place) }
            return (.list(text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }), place)
        }
        return self.file.entries[key].map { ($0.value, place) }
    }

    private func place(of key: String) -> Wording {
        if self.environment[Self.variable(key)] != nil { return "the environment's \(Self.variable(key))" }
        let line = self.file.entries[key]?.line.map { ":\($0)" } ?? ""
        return "\(self.file.name)\(line): \(key)"
    }

    private func add(_ fault: Wording) { self.faults.append(fault) }

    private static func describe(_ value: SettingFile.Value) -> Wording {
        switch value {
        case .text(let text): "is '\(text.shortened(toBytes: 100))'"
        case .list: "is a list"
        case .other(let what): what
        }
    }

    /// How many letters to change, add or take away to make one word of another; words are cut at 64 bytes.
    private static func distance(_ first: String, _ second: String) -> Int {
        let first = Array(first.utf8.prefix(64))
        let second = Array(second.utf8.prefix(64))
        var row = Array(0...second.count)
        for (i, a) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in second.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = above
            }
        }
        return row[second.count]
    }
}
