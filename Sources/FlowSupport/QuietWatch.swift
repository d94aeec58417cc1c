// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Notices that busy times are over: once for each of them.
package struct QuietWatch: Sendable {
    private let few: Int64
    private var seen: Int64 = 0
    // A start is a busy time.
    private var wasBusy = true

    /// - Parameter few: as much as this between two looks is busy.
    package init(fewerThan few: Int64) { self.few = few }

    /// - Parameter done: how much was done since the start.
    /// - Returns: whether it has become quiet since the last look.
    package mutating func look(_ done: Int64) -> Bool {
        defer { self.seen = done }
        guard done - self.seen < self.few else {
            self.wasBusy = true
            return false
        }
        defer { self.wasBusy = false }
        return self.wasBusy
    }
}
