// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowRunner
import Testing

@Suite("Trees that wait for orphans of which nothing is known yet")
struct ClarityTests {
    /// What a tree does at each of these moments; nil = somebody of it is seen.
    private static func waits(_ looks: [(at: Int64, isUnclear: Bool?)]) -> [Bool] {
        var clarity = Clarity()
        return looks.compactMap { look in
            guard let isUnclear = look.isUnclear else {
                clarity.seen()
                return nil
            }
            return clarity.waits(isUnclear: isUnclear, now: look.at)
        }
    }

    @Test("A tree waits for a second at most, and not where all is clear")
    func bound() {
        let end = 10 + Clarity.patience
        let waits = Self.waits([(0, false), (10, true), (end - 1, true), (500, false), (end, true)])
        #expect(waits == [false, true, true, false, false])
    }

    @Test("A tree that was seen again is waited for anew: a doubt of minutes ago says nothing about this one")
    func anew() {
        let later = 10 * Clarity.patience
        let waits = Self.waits([(10, true), (later, nil), (later, true), (later + Clarity.patience, true)])
        #expect(waits == [true, true, false])
    }
}
