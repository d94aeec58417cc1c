// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How far long work is, as one line of a terminal that is written over and over: share, amount, rate and time left.
///
/// It decides what to write and when; whoever has the terminal writes it, and says what time it is, in milliseconds of a clock
/// that never goes back. Work that is over within ``patience`` shows nothing, and no more than ten lines come in a second.
package struct ProgressBar: Sendable {
    /// What is counted.
    package enum Unit: Sendable {
        case bytes
        /// Tasks, rows and the like.
        case pieces
    }

    /// Shorter work is over before anybody has read it; milliseconds.
    package static let patience: Int64 = 500
    /// Between two lines; milliseconds.
    package static let interval: Int64 = 100
    /// So far back goes what the rate is taken from; milliseconds.
    package static let window: Int64 = 10_000
    /// Before so much time a rate is a guess, and none is shown; milliseconds.
    package static let settling: Int64 = 2000
    /// Takes the line away.
    package static let erasing = "\r\u{1b}[K"

    private struct Sample {
        let at: Int64
        let done: Int64
    }

    private let columns: Int
    private let language: Language
    private let begun: Int64
    private var phase: (label: Wording, total: Int64?, unit: Unit)
    /// The first is the oldest; at most one for each tenth of ``window``.
    private var samples: [Sample]
    private var shown: String?
    private var shownAt = Int64.min

    /// - Parameters:
    ///   - total: how much there is to do; nil where nobody can say.
    ///   - columns: of the terminal; the line stays one shorter, so that it never breaks.
    package init(
        _ label: Wording = Wording(verbatim: ""),
        of total: Int64?,
        unit: Unit = .pieces,
        columns: Int,
        language: Language,
        at now: Int64
    ) {
        self.phase = (label, total, unit)
        self.columns = columns
        self.language = language
        self.begun = now
        self.samples = [Sample(at: now, done: 0)]
    }

    /// Other work begins, which is counted anew.
    package mutating func begin(_ label: Wording, of total: Int64?, unit: Unit = .pieces, at now: Int64) {
        self.phase = (label, total, unit)
        self.samples = [Sample(at: now, done: 0)]
        self.shownAt = .min
    }

    /// - Parameter done: of the total of what was begun last.
    /// - Returns: what to write to the terminal; nil when there is nothing new to see.
    package mutating func show(_ done: Int64, at now: Int64) -> String? {
        self.sample(done, at: now)
        guard now - self.begun >= Self.patience, self.shownAt == .min || now - self.shownAt >= Self.interval else {
            return nil
        }
        let text = self.text(done, at: now)
        guard text != self.shown else { return nil }
        self.shown = text
        self.shownAt = now
        return Self.erasing + text
    }

    /// - Returns: what takes the line away; nil where none stands.
    package mutating func clear() -> String? {
        guard self.shown != nil else { return nil }
        self.shown = nil
        self.shownAt = .min
        return Self.erasing
    }

    // MARK: The line

    package static func percent(_ done: Int64, of total: Int64) -> Int {
        guard total > 0 else { return 100 }
        return Int(Double(min(max(0, done), total)) * 100 / Double(total))
    }

    /// `copying the database  [#####     ]  50%  5.0/10.0 MiB  2.1 MiB/s  0:02 left`; the bar gives way where it is narrow.
    package func text(_ done: Int64, at now: Int64) -> String {
        let label = self.words(self.phase.label)
        guard let total = self.phase.total else { return self.fitted([label + "…"]) }
        let percent = Self.percent(done, of: total)
        let share = String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0) + "\(percent)%"
        let rest = [share, self.amount(done, of: total)] + self.speed(done, of: total, at: now)
        let others = ([label] + rest).filter { !$0.isEmpty }.joined(separator: "  ")
        let width = min(30, self.columns - 1 - DisplayWidth.columns(of: others) - 4)
        guard width >= 5 else { return self.fitted([label] + rest) }
        let filled = percent * width / 100
        let bar = "[" + String(repeating: "#", count: filled) + String(repeating: " ", count: width - filled) + "]"
        return self.fitted([label, bar] + rest)
    }

    private func fitted(_ parts: [String]) -> String {
        DisplayWidth.fitted(parts.filter { !$0.isEmpty }.joined(separator: "  "), to: max(1, self.columns - 1))
    }

    private func amount(_ done: Int64, of total: Int64) -> String {
        guard case .bytes = self.phase.unit else { return "\(max(0, done))/\(total)" }
        let unit = ByteUnit(of: total)
        return "\(unit.figure(max(0, done)))/\(unit.figure(total)) \(unit.name)"
    }

    /// Rate and time left, once there is something to take them from.
    private func speed(_ done: Int64, of total: Int64, at now: Int64) -> [String] {
        guard let oldest = self.samples.first, now - oldest.at >= Self.settling, done > oldest.done else { return [] }
        let perSecond = Double(done - oldest.done) * 1000 / Double(now - oldest.at)
        let rate: Wording
        switch self.phase.unit {
        case .bytes:
            let unit = ByteUnit(of: Int64(perSecond))
            rate = Wording(verbatim: "\(unit.figure(Int64(perSecond))) \(unit.name)/s")
        case .pieces:
            let figure = perSecond < 10 ? ByteUnit.tenths(perSecond) : "\(Int64(perSecond))"
            rate = Wording(english: "\(figure)/s", chinese: "\(figure)/秒")
        }
        let seconds = Double(max(0, total - done)) / perSecond
        // A century is no help to anybody.
        guard seconds < 360_000 else { return [self.words(rate)] }
        let left = Self.clock(Int64(seconds.rounded(.up)))
        return [self.words(rate), self.words(Wording(english: "\(left) left", chinese: "还需 \(left)"))]
    }

    /// A label's own Chinese comes with it: it is no sentence of a catalogue.
    private func words(_ text: Wording) -> String {
        self.language == .chinese ? Catalogue([]).chinese(text) : text.english
    }

    /// `0:05`, `12:34`, `1:02:03`.
    static func clock(_ seconds: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
    }

    // MARK: The rate

    private mutating func sample(_ done: Int64, at now: Int64) {
        if let last = self.samples.last, now - last.at >= Self.window / 10 {
            self.samples.append(Sample(at: now, done: done))
        }
        // One from before the window stays, so that slow work has a rate too.
        while self.samples.count > 2, now - self.samples[1].at >= Self.window { self.samples.removeFirst() }
    }
}

/// A unit that fits an amount of bytes.
private struct ByteUnit {
    let name: String
    private let bytes: Double

    init(of amount: Int64) {
        let units = [("B", 1.0), ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824)]
        let unit = units.last { Double(amount) >= $0.1 } ?? units[0]
        self.name = unit.0
        self.bytes = unit.1
    }

    func figure(_ amount: Int64) -> String { self.bytes == 1 ? "\(amount)" : Self.tenths(Double(amount) / self.bytes) }

    static func tenths(_ number: Double) -> String {
        let tenths = Int64(number * 10)
        return "\(tenths / 10).\(tenths % 10)"
    }
}
