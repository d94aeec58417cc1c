// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAgent

@Suite("Reports of one message")
struct ReportBatchesTests {
    private static func reports(_ count: Int, _ change: (inout Report) -> Void = { _ in }) -> [Report] {
        let entry = Fixture.entry(Fixture.order(Fixture.snapshot()))
        return (1...count).map { sequence in
            var report = Fixture.report(entry)
            report.sequence = Int64(sequence)
            change(&report)
            return report
        }
    }

    @Test("Short ones go together up to a number, in their order (R5)")
    func number() {
        #expect(ReportBatches.first(of: Self.reports(2 * ReportBatches.limit)).map(\.sequence) == Array(1...1500))
        #expect(ReportBatches.first(of: Self.reports(3)).count == 3)
        #expect(ReportBatches.first(of: []) == [])
    }

    @Test("What jobs wrote, handed on and said fits a frame, whatever it is; one goes in any case")
    func weight() throws {
        let long = String(repeating: "x", count: 32 << 10)
        let outputs = Self.reports(1500) { $0.outputs = ["a": long, "b": long] }
        let details = Self.reports(1500) { $0.detail = long }
        let attempts = Self.reports(1500) { $0.attempts = [AttemptRecord(number: 1, status: .failure, detail: long)] }
        let written = Self.reports(1500) { report in
            report.inlineOutput = [
                LogChunk(
                    executionID: report.executionID,
                    attempt: 1,
                    offset: 0,
                    stream: .standardOutput,
                    bytes: Array(long.utf8)
                )
            ]
        }
        for reports in [outputs, details, attempts, written] {
            let first = ReportBatches.first(of: reports)
            #expect((8...17).contains(first.count))
        }
        let huge = Self.reports(2) { $0.detail = String(repeating: "x", count: 1 << 20) }
        #expect(ReportBatches.first(of: huge).map(\.sequence) == [1])
    }
}
