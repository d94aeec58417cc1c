// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What an agent tells its server about the host.
package struct HostFacts: Hashable, Sendable {
    package let hostname: String
    package let operatingSystem: String
    /// The kernel's boot id: readings of the boot clock compare only within one boot (R14).
    package let bootID: String
    /// machine-id(5); empty on a host that has none.
    package let machineID: String

    package static func read() -> HostFacts {
        let bootID = Self.line(of: "/proc/sys/kernel/random/boot_id") ?? "unknown"
        let release = Self.line(of: "/proc/sys/kernel/osrelease") ?? ""
        return HostFacts(
            hostname: ProcessInfo.processInfo.hostName,
            operatingSystem: Self.distribution() ?? "Linux \(release)",
            bootID: bootID,
            machineID: Self.line(of: "/etc/machine-id") ?? ""
        )
    }

    private static func line(of path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// `PRETTY_NAME` of os-release(5).
    private static func distribution() -> String? {
        let text = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
        let key = "PRETTY_NAME="
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else { return nil }
        return line.dropFirst(key.count).trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
}
