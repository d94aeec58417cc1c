// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// The tasks that S4's dialect speaks of: those with an account, each named `s4/…`.
struct S4Tasks: Sendable {
    /// Names of the dialect's tasks begin with this.
    static let prefix = "s4/"
    /// What a pause is called that the dispatcher's stop has made.
    static let stopped = "S4: dispatcher stopped"

    let jobs: JobService

    static func isOurs(_ job: Job) -> Bool { job.definition.labels[S4Body.account] != nil }

    /// - Parameter account: nil = of all accounts.
    func all(account: String? = nil, as principal: Principal) async throws -> [Job] {
        let found = try await self.jobs.every(JobQuery(keyword: Self.prefix), as: principal)
        return found.filter { job in
            Self.isOurs(job) && account.map { job.definition.labels[S4Body.account] == $0 } ?? true
        }
    }

    /// Their newest executions.
    func last(of jobs: [Job], as principal: Principal) async throws -> [JobID: Execution] {
        var found: [JobID: Execution] = [:]
        for start in stride(from: 0, to: jobs.count, by: 500) {
            let ids = jobs[start..<min(start + 500, jobs.count)].map(\.id)
            found.merge(try await self.jobs.lastExecutions(of: ids, as: principal)) { $1 }
        }
        return found
    }

    // MARK: The dispatcher

    /// Whether the dispatcher was stopped and nobody has started it since.
    static func isStopped(_ jobs: [Job]) -> Bool { jobs.contains { Self.isHeld($0) } }

    private static func isHeld(_ job: Job) -> Bool {
        job.hold?.kind == .paused && job.hold?.reason == Self.stopped
    }

    /// Pauses each task that runs by itself.
    ///
    /// - Returns: how many.
    func stop(at now: Timestamp, as principal: Principal) async throws -> Int {
        let runnable = try await self.runnable(as: principal).filter(\.isEnabled)
        for job in runnable { try await self.hold(job, at: now, as: principal) }
        return runnable.count
    }

    /// Resumes what the stop has paused, and nothing else.
    ///
    /// - Returns: how many.
    func start(as principal: Principal) async throws -> Int {
        let held = try await self.runnable(as: principal).filter { Self.isHeld($0) }
        for job in held { _ = try await self.jobs.setEnabled(true, job.id, as: principal) }
        return held.count
    }

    /// Pauses a task as the dispatcher's stop does.
    @discardableResult
    func hold(_ job: Job, at now: Timestamp, as principal: Principal) async throws -> Job {
        // As long as a pause may be: only a start ends it.
        let until = now.advanced(byMilliseconds: 3650 * 86_400_000)
        return try await self.jobs.pause(job.id, until: until, reason: Self.stopped, as: principal)
    }

    private func runnable(as principal: Principal) async throws -> [Job] {
        let scope = try principal.require(.jobsRun)
        return try await self.all(as: principal).filter { scope.covers($0.definition.groups) }
    }
}
