// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Tasks in S4's words.
enum S4Presenter {
    enum State: String, CaseIterable {
        case pending, running, paused, completed, error
    }

    /// - Parameter last: the newest execution that is no longer planned only.
    static func state(_ job: Job, last: Execution?) -> State {
        if last?.status == .running { return .running }
        switch job.hold?.kind {
        case .finished: return .completed
        case .failures: return .error
        case .paused: return .paused
        case nil: return job.isEnabled ? .pending : .paused
        }
    }

    /// S4's `TaskInfoResponse`.
    static func task(_ job: Job, last: Execution?) -> [JSON.Member] {
        let labels = job.definition.labels
        let limits = job.definition.schedule.limits
        var interval: Int64?
        if case .every(let period, _) = job.definition.schedule.base { interval = period / 1000 }
        return [
            .init("task_id", job.uid), .init("account_id", labels[S4Body.account] ?? ""),
            .init("account_name", labels["xhs_account_name"] ?? ""),
            .init("task_type", labels["task_type"] ?? S4Body.standardType),
            .init("status", self.state(job, last: last).rawValue), .init("interval", interval),
            .init("valid_time_range", self.hours(limits?.window)),
            .init("task_end_time", limits?.notAfter == nil ? nil : labels[S4Body.end] ?? limits?.notAfter?.rfc3339()),
            .init("last_execution_time", last.map { $0.startedAt ?? $0.nominal }),
            .init("next_execution_time", job.nextFire), .init("created_at", job.createdAt),
            .init("updated_at", job.updatedAt),
        ]
    }

    /// Hours of the day; a window that somebody set to minutes is shown by the hours that hold it.
    private static func hours(_ window: DailyWindow?) -> [Int] {
        window.map { [$0.from / 60, ($0.to + 59) / 60] } ?? [0, 24]
    }

    /// What the task is told.
    static func arguments(_ job: Job) -> JSON {
        job.definition.labels.filter { S4Body.parameters.contains($0.key) }.json
    }
}
