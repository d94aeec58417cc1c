// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// The tasks that S4's dialect speaks of: those with an account, each named `s4/…`.
struct S4Tasks: Sendable {
    /// Names of the dialect's tasks begin with this.
    static let prefix = "s4/"
    /// What a pause is called that the dispatcher's stop has made, while there was no stop of the scheduler.
    private static let formerStop = "S4: dispatcher stopped"

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

    /// Resumes tasks that the dispatcher's stop of an earlier version has paused, one by one.
    func resumeFormerStop(as principal: Principal) async throws {
        let held = try await self.all(as: principal).filter { job in
            job.hold?.kind == .paused && job.hold?.reason == Self.formerStop
        }
        for job in held { _ = try await self.jobs.setEnabled(true, job.id, as: principal) }
    }
}
