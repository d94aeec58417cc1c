// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import FlowCore

@Suite("Instants at the ends of 64 bits")
struct TimestampTests {
    private static let ends = [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max]

    @Test("Arithmetic stops at the ends instead of trapping")
    func arithmetic() {
        for left in Self.ends {
            _ = Timestamp(seconds: left)
            for right in Self.ends {
                _ = Timestamp(milliseconds: left).advanced(byMilliseconds: right)
                _ = Timestamp(milliseconds: left).milliseconds(since: Timestamp(milliseconds: right))
            }
        }
        #expect(Timestamp(milliseconds: .max).advanced(byMilliseconds: 1).milliseconds == .max)
        #expect(Timestamp(milliseconds: 5).milliseconds(since: Timestamp(milliseconds: .min)) == .max)
        #expect(Timestamp(Date(timeIntervalSince1970: 1e300)).milliseconds == .max)
    }

    @Test("Every instant has a text, with the year at its end where it lies beyond")
    func text() {
        for end in Self.ends { #expect(Timestamp(rfc3339: Timestamp(milliseconds: end).rfc3339()) != nil) }
        #expect(Timestamp(milliseconds: .max).rfc3339() == "9999-12-31T23:59:59.999Z")
    }
}
