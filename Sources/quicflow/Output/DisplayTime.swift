// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Times as people read them: in this computer's zone, to the second.
enum DisplayTime {
    /// `2026-11-21 18:00:00` for the RFC 3339 text or epoch milliseconds of an answer; `-` for none.
    static func text(_ value: JSONValue) -> String {
        if let text = value.string {
            return Timestamp(rfc3339: text).map { self.text($0) } ?? text
        }
        return value.integer.map { self.text(Timestamp(milliseconds: $0)) } ?? "-"
    }

    static func text(_ instant: Timestamp, in zone: TimeZone = .current) -> String {
        let local = instant.rfc3339(offsetSeconds: zone.secondsFromGMT(for: instant.date))
        return String(local.prefix(19)).replacingOccurrences(of: "T", with: " ")
    }

    /// A duration in milliseconds: `340ms`, `2.3s`, `4m05s`, `2h03m`.
    static func duration(milliseconds: Int64?) -> String {
        guard let milliseconds else { return "-" }
        switch milliseconds {
        case ..<1000: return "\(milliseconds)ms"
        case ..<59_950:
            let tenths = (milliseconds + 50) / 100
            return "\(tenths / 10).\(tenths % 10)s"
        case ..<3_600_000: return self.pair(milliseconds / 1000, "m", "s")
        default: return self.pair(milliseconds / 60_000, "h", "m")
        }
    }

    private static func pair(_ value: Int64, _ large: String, _ small: String) -> String {
        let rest = value % 60
        return "\(value / 60)\(large)\(rest < 10 ? "0" : "")\(rest)\(small)"
    }
}
