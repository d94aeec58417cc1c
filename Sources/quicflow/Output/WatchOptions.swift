// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// The `--watch` option of lists.
struct WatchOptions: ParsableArguments {
    @Option(help: "Show it again every so many seconds, until Ctrl-C.")
    var watch: Int?

    func validate() throws {
        if let watch, !(1...3600).contains(watch) {
            throw ValidationError.said("--watch is \(watch); write 1 to 3600 seconds.")
        }
    }

    /// Shows something once, or again and again on a screen that is emptied before.
    ///
    /// A server that is away for a while ends nothing: that is what somebody watches for.
    func show(_ body: () async throws -> Void) async throws {
        guard let watch else { return try await body() }
        while true {
            if Terminal.outputIsTerminal { Terminal.write("\u{1b}[H\u{1b}[2J") }
            do { try await body() } catch let failure as CommandFailure
                where failure.status == .unreachable
            {
                Terminal.complain("quicflow: \(failure.text)")
            }
            try await Task.sleep(for: .seconds(watch))
        }
    }
}
