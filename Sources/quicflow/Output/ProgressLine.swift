// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How far long work is: one line of a terminal that is written over and over, and gone at the end.
///
/// It stands on standard error, and only where somebody looks: not in a pipe, not with `--output json` or
/// `--quiet`, not where `NO_COLOR` is set.
struct ProgressLine {
    /// Shorter work is over before anybody has read it.
    private static let shortest = 20

    private let total: Int
    private let isShown: Bool
    private var shown = -1

    init(of total: Int, _ output: OutputOptions) {
        self.total = total
        let environment = ProcessInfo.processInfo.environment
        // Who wants no colour has a terminal, or a habit, that takes no codes.
        let takesCodes = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        self.isShown =
            output.format == .table && !output.quiet && takesCodes && Terminal.errorIsTerminal && total > Self.shortest
    }

    /// Says that so much is done; writes when the per cent has changed.
    mutating func show(_ done: Int) {
        let percent = Self.percent(done, of: self.total)
        guard self.isShown, percent != self.shown else { return }
        self.shown = percent
        Terminal.write("\r" + Self.text(done, of: self.total), to: .standardError)
    }

    /// Takes the line away, so that something else can be said.
    mutating func clear() {
        guard self.isShown, self.shown >= 0 else { return }
        self.shown = -1
        Terminal.write("\r\u{1b}[K", to: .standardError)
    }

    static func percent(_ done: Int, of total: Int) -> Int {
        total > 0 ? min(100, max(0, done) * 100 / total) : 100
    }

    /// `[#####     ]  50% 10/20`, always as wide for the same total.
    static func text(_ done: Int, of total: Int, width: Int = 30) -> String {
        let percent = self.percent(done, of: total)
        let filled = percent * width / 100
        let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: width - filled)
        func padded(_ number: Int, _ columns: Int) -> String {
            let digits = String(number)
            return String(repeating: " ", count: max(0, columns - digits.count)) + digits
        }
        return "[\(bar)] \(padded(percent, 3))% \(padded(done, String(total).count))/\(total)"
    }
}
