// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAgent

@Suite("Answers to requests for a certificate")
struct RenewalAnswersTests {
    private static func isRefusal(_ answer: RenewalAnswers.Answer) -> Bool {
        if case .message(.certificateRefused) = answer { true } else { false }
    }

    private static func isMissing(_ answer: RenewalAnswers.Answer) -> Bool {
        if case .missing = answer { true } else { false }
    }

    private static func waitForEver() async throws { try await Task.sleep(for: .seconds(1 << 30)) }

    @Test(
        "An answer that comes is taken; one that does not come is given up, and the next request has its own patience"
    )
    func patience() async {
        let source = RenewalAnswers.Source()
        var answers = RenewalAnswers(source)
        source.inlet.yield(.certificateRefused(code: "a", message: "b"))
        #expect(Self.isRefusal(await answers.next(within: Self.waitForEver)))
        #expect(Self.isMissing(await answers.next(within: {})))
        source.inlet.yield(.certificateRefused(code: "a", message: "b"))
        #expect(Self.isRefusal(await answers.next(within: Self.waitForEver)), "late, and not lost")
        #expect(Self.isMissing(await answers.next(within: {})))
    }

    @Test("The end of a connection ends the wait at once")
    func end() async {
        let source = RenewalAnswers.Source()
        var answers = RenewalAnswers(source)
        source.inlet.finish()
        guard case .over = await answers.next(within: Self.waitForEver) else {
            Issue.record("it is over")
            return
        }
        #expect(await answers.next() == nil)
    }

    @Test("Cancelled, nobody waits")
    func cancelled() async {
        let source = RenewalAnswers.Source()
        let wait = Task {
            var answers = RenewalAnswers(source)
            return await answers.next(within: Self.waitForEver)
        }
        wait.cancel()
        guard case .over = await wait.value else {
            Issue.record("it is over")
            return
        }
    }
}
