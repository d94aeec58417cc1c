// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// The ``ProgressBar`` of a command.
///
/// It stands on standard error, and only where somebody looks: not in a pipe, not with `--output json` or
/// `--quiet`, not where `NO_COLOR` is set.
struct ProgressLine {
    /// Nil where nobody looks.
    private var bar: ProgressBar?

    init(of total: Int, unit: ProgressBar.Unit = .pieces, _ output: OutputOptions) {
        let environment = ProcessInfo.processInfo.environment
        // Who wants no colour has a terminal, or a habit, that takes no codes.
        let takesCodes = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        guard output.format == .table, !output.quiet, takesCodes, Terminal.errorIsTerminal else { return }
        self.bar = ProgressBar(
            of: Int64(total),
            unit: unit,
            columns: Terminal.errorColumns,
            language: .current,
            at: Self.now
        )
    }

    /// Says that so much is done.
    mutating func show(_ done: Int) {
        if let text = self.bar?.show(Int64(done), at: Self.now) { Terminal.write(text, to: .standardError) }
    }

    /// Takes the line away, so that something else can be said.
    mutating func clear() {
        if let text = self.bar?.clear() { Terminal.write(text, to: .standardError) }
    }

    private static var now: Int64 { Int64(clamping: DispatchTime.now().uptimeNanoseconds / 1_000_000) }
}
