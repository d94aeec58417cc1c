// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// An instant in UTC with whole milliseconds.
///
/// All nominal fire times are `Timestamp`s (`semantics.md` 1): never the time something happened to run, never a
/// fraction of a millisecond, so that server and agents derive the same execution id from the same fire.
///
/// Arithmetic stops at the ends of 64 bits instead of trapping: instants come from peers, files and old rows, too.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Int64) {
        self.milliseconds = seconds.saturating(times: 1000)
    }

    package init(_ date: Date) {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded(.down)
        self.milliseconds = Int64(exactly: milliseconds) ?? (milliseconds < 0 ? .min : .max)
    }

    package var date: Date { Date(timeIntervalSince1970: Double(self.milliseconds) / 1000) }

    /// Whole seconds since the epoch, rounded towards the past.
    package var seconds: Int64 { self.milliseconds.flooredDivision(by: 1000) }

    package static func < (lhs: Timestamp, rhs: Timestamp) -> Bool { lhs.milliseconds < rhs.milliseconds }

    /// `milliseconds` later (earlier when negative).
    package func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds.saturating(plus: milliseconds))
    }

    /// Milliseconds from `other` to this instant; negative when this is earlier.
    package func milliseconds(since other: Timestamp) -> Int64 {
        self.milliseconds.saturating(minus: other.milliseconds)
    }

    package static let distantPast = Timestamp(milliseconds: 0)
    package static let distantFuture = Timestamp(milliseconds: 253_402_300_799_000)
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        self.milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.milliseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds, such as `2026-11-21T10:00:00.000Z`.
    package var description: String { self.rfc3339() }
}

extension Int64 {
    /// The sum, or the end of the range it would leave.
    package func saturating(plus other: Int64) -> Int64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the end of the range it would leave.
    package func saturating(minus other: Int64) -> Int64 {
        let (difference, overflow) = self.subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }

    /// The product, or the end of the range it would leave.
    package func saturating(times other: Int64) -> Int64 {
        let (product, overflow) = self.multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }

    /// Division that rounds towards negative infinity.
    package func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return (remainder != 0 && (remainder < 0) != (divisor < 0)) ? quotient - 1 : quotient
    }

    /// The remainder that belongs to ``flooredDivision(by:)``: it has the sign of `divisor`.
    package func flooredRemainder(by divisor: Int64) -> Int64 {
        self - self.flooredDivision(by: divisor) * divisor
    }
}
