// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// The zone whose days are the host's days.
enum HostZone {
    private static let prefix = "/zoneinfo/"

    /// Read anew each time: a host's zone may be set while its agent runs, and Foundation remembers the first one.
    ///
    /// - Returns: a name that every peer takes; an offset such as `+08:00` for a zone without one.
    static func name(
        variable: String? = ProcessInfo.processInfo.environment["TZ"],
        localtime: String = "/etc/localtime",
        now: Date = Date()
    ) -> String {
        if let variable, !variable.isEmpty {
            let name = String(variable.drop { $0 == ":" })
            if let known = self.known(name) { return known }
            if let range = name.range(of: self.prefix), let known = self.known(String(name[range.upperBound...])) {
                return known
            }
        } else if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: localtime),
            let range = target.range(of: self.prefix), let known = self.known(String(target[range.upperBound...]))
        {
            return known
        }
        return self.offset(TimeZone.current.secondsFromGMT(for: now))
    }

    private static func known(_ name: String) -> String? {
        guard ZoneDatabase.isWellFormed(name), (try? ZoneDatabase.shared.rules(named: name)) != nil else { return nil }
        return name
    }

    private static func offset(_ seconds: Int) -> String {
        guard seconds != 0 else { return "UTC" }
        let minutes = abs(seconds) / 60
        return (seconds < 0 ? "-" : "+") + String(format: "%02d:%02d", minutes / 60, minutes % 60)
    }
}
