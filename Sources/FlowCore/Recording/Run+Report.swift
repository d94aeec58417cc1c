// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension Run {
    private static let reported = "agent"

    /// Whether an agent's report was the first word of it, and nothing here knows whom it was meant for.
    package var isFromReport: Bool { self.type != .schedule && self.source == Self.reported }

    /// The run of an execution that an agent reported before the server knew of it.
    package init(of report: Report, at now: Timestamp) {
        let type: RunType
        switch report.kind {
        case .cron: type = .schedule
        case .manual: type = .manual
        case .rerun: type = .retry
        case .dependency: type = .dependency
        case .node: type = .workflow
        case .hook: type = .webhook
        case .backfill: type = .backfill
        case .test: type = .test
        }
        self.init(
            id: report.runID,
            jobID: report.jobID,
            jobUID: report.jobUID,
            jobName: report.jobName,
            jobVersion: report.jobVersion,
            type: type,
            nominal: report.nominal,
            source: type == .schedule ? "scheduler" : Self.reported,
            createdAt: now
        )
    }
}
