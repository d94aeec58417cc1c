// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which time zones jobs name, and how many of them: to look through all jobs at each change of one would cost a host with
/// many of them more than all the rest.
struct ZoneUse: Hashable, Sendable {
    private var counts: [String: Int] = [:]

    /// In no order.
    var names: some Collection<String> { self.counts.keys }

    /// A job comes (from nil), goes (to nil) or changes.
    mutating func change(from old: String?, to new: String?) {
        guard old != new else { return }
        if let old, let count = self.counts[old] { self.counts[old] = count > 1 ? count - 1 : nil }
        if let new { self.counts[new, default: 0] += 1 }
    }
}
