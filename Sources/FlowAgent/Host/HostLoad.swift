// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How busy the host is (P2).
package enum HostLoad {
    /// Tenths of the load of the last minute for each processor that is online; nil when the host does not say.
    package static func tenths() -> Int? {
        let text = try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)
        return text.flatMap { self.tenths($0, processors: ProcessInfo.processInfo.activeProcessorCount) }
    }

    /// - Parameter text: of proc_loadavg(5).
    package static func tenths(_ text: String, processors: Int) -> Int? {
        guard let word = text.split(separator: " ").first, let load = Double(word), load.isFinite, load >= 0,
            processors > 0
        else { return nil }
        return Int(min(load / Double(processors), 1000) * 10)
    }
}
