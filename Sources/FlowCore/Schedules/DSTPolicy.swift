// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What happens to a fixed local time that a change of the zone's offset removes or repeats (`semantics.md` 8).
///
/// Only *fixed-time* schedules are concerned: those whose minute and hour fields do not start with `*`. All others run
/// on the local clock as it really goes, whatever the policy.
package enum DSTPolicy: String, Codable, Sendable, CaseIterable {
    /// As Debian's cron: a removed time fires once at the first instant after the gap, a repeated one the first time.
    case debian
    /// A removed time does not fire on that day; a repeated one fires the first time.
    case skip
    /// A removed time fires once at the first instant after the gap; a repeated one fires both times.
    case both
}
