// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: StandingStore {
    package func dueReviews(at now: Timestamp, limit: Int) async throws -> [JobID] {
        try await self.read { db in
            try JobTable(db).due(limit: limit, of: { $0 }) { try ScheduleTable(db).dueReviews(at: now, limit: $0) }
        }
    }

    package func review(_ jobs: [JobID], at now: Timestamp) async throws -> [ChangedJob] {
        guard !jobs.isEmpty else { return [] }
        return try await self.write("review_job") { db in
            try jobs.compactMap { id in try self.review(id, at: now, db) }
        }
    }

    private func review(_ id: JobID, at now: Timestamp, _ db: Database) throws -> ChangedJob? {
        guard let job = try JobTable(db).find(id), !job.isUnreadable else { return nil }
        let schedules = ScheduleTable(db)
        var changed = job
        switch try StandingReview.decide(job, at: now, facts: { try self.facts(of: job, db) }) {
        case .none:
            try schedules.setReview(of: id, at: nil)
            return nil
        case .look(let instant):
            try schedules.setReview(of: id, at: instant)
            return nil
        case .resume:
            changed.isEnabled = true
            changed.hold = nil
            // A schedule that can't be read any more has no fires, which its planner says.
            let schedule = try? CompiledSchedule(job.definition.schedule, job: job.uid)
            changed.nextFire = schedule?.next(after: now)
        case .finish:
            changed.isEnabled = false
            changed.nextFire = nil
            changed.hold = .finished(since: now)
        }
        return try self.save(&changed, over: job, by: .system(at: now), db)
    }

    package func count(_ run: SettledRun, moving reader: ReaderMove, at now: Timestamp) async throws -> ChangedJob? {
        try await self.write("count_run") { db in
            try EventTable(db).move(reader.reader, from: reader.from, to: reader.to, at: now)
            let table = StreakTable(db)
            guard let known = try table.find(run.job) else { return nil }
            var streak = known.streak
            let isFailure = streak.take(run)
            if streak != known.streak { try table.save(streak, of: run.job) }
            guard isFailure, streak.count >= known.threshold, let job = try JobTable(db).find(run.job),
                job.isEnabled, !job.isUnreadable
            else { return nil }
            var paused = job
            paused.isEnabled = false
            paused.nextFire = nil
            let last = try ExecutionTable(db).of(run: run.id).last { $0.status == .failure || $0.status == .timeout }
            paused.hold = .failures(streak.count, last: last?.id, since: now)
            return try self.save(&paused, over: job, by: .system(at: now), db)
        }
    }

    private func facts(of job: Job, _ db: Database) throws -> StandingReview.Facts {
        let executions = ExecutionTable(db)
        let isUnderWay = try executions.isUnderWay(job.id)
        let isOwed = try !OwedTable(db).of(job: job.id).isEmpty
        guard !isUnderWay, !isOwed, let last = job.lastFire else {
            return StandingReview.Facts(isUnderWay: isUnderWay, isOwed: isOwed, isAccounted: false)
        }
        let targets = try AgentTable(db).agents(inAnyOf: job.definition.groups)
        let isAccounted = try targets.allSatisfy { agent in
            let id = DeterministicID.execution(kind: .cron, job: job.uid, nominal: last, agent: agent)
            return try executions.find(id)?.status.isTerminal ?? false
        }
        return StandingReview.Facts(isUnderWay: false, isOwed: false, isAccounted: isAccounted)
    }
}
