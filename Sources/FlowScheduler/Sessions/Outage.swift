// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Says something once when it begins and once when it is over, however often it fails in between.
struct Outage: Sendable {
    private var isOn = false

    /// - Returns: whether this is the first failure since it last worked.
    mutating func begin() -> Bool {
        defer { self.isOn = true }
        return !self.isOn
    }

    /// - Returns: whether it works again after a failure.
    mutating func end() -> Bool {
        defer { self.isOn = false }
        return self.isOn
    }
}
