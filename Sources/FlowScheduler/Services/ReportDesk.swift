// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Gives out reports: those that are kept, and the others made once for all who ask at the same time.
actor ReportDesk {
    private var reports = KeptReports()
    private var making: [KeptReports.Question: Task<RunReport, any Error>] = [:]
    private let clock: any WallClock

    init(clock: any WallClock) { self.clock = clock }

    func report(
        _ question: KeptReports.Question,
        make: @escaping @Sendable () async throws -> RunReport
    ) async throws -> RunReport {
        switch self.reports.find(question, at: self.clock.now) {
        case .fresh(let report): return report
        case .old(let report):
            _ = self.begin(question, make)
            return report
        case .nothing: return try await self.begin(question, make).value
        }
    }

    private func begin(
        _ question: KeptReports.Question,
        _ make: @escaping @Sendable () async throws -> RunReport
    ) -> Task<RunReport, any Error> {
        if let making = self.making[question] { return making }
        let start = self.clock.now
        let task = Task {
            do {
                let report = try await make()
                self.made(report, question, took: self.clock.now.milliseconds(since: start))
                return report
            } catch {
                self.making[question] = nil
                throw error
            }
        }
        self.making[question] = task
        return task
    }

    private func made(_ report: RunReport, _ question: KeptReports.Question, took: Int64) {
        self.making[question] = nil
        self.reports.keep(report, for: question, took: took)
    }
}
