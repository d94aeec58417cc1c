// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Jobs and their versions.
package protocol JobStore: Sendable {
    /// Stores version 1 of a new job and raises the configuration version.
    ///
    /// - Throws: ``CoreError`` `nameTaken`, `notFound` for a group that does not exist.
    func createJob(
        uid: JobUID,
        definition: JobDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        by change: Change
    ) async throws -> Job

    /// Stores a new version, and ends the fires planned ahead that it overtakes (``Obsolescence``).
    ///
    /// What runs is asked to stop when the version says so and switches the job off. Another definition than the stored one
    /// is refused with `conflict` while the job runs and its stored version wants that (C-08).
    ///
    /// - Parameters:
    ///   - hold: why it rests; only with `isEnabled` false.
    ///   - expectedVersion: when given and not the stored one, the change is refused with `conflict`.
    func updateJob(
        _ id: JobID,
        definition: JobDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        hold: JobHold?,
        expectedVersion: Int64?,
        by change: Change
    ) async throws -> ChangedJob

    /// Deletes the job; its runs and executions stay. Pending executions of it become SKIPPED(DISABLED), and those that
    /// wait for another attempt CANCELLED(DISABLED), provisionally.
    func deleteJob(_ id: JobID, by change: Change) async throws -> ChangedJob

    func job(_ id: JobID) async throws -> Job?
    func job(uid: JobUID) async throws -> Job?
    func job(named name: String) async throws -> Job?
    /// Those of these jobs that there are, by id, in one read.
    func jobs(among ids: [JobID]) async throws -> [Job]
    /// Those of these jobs that have rules of notification of their own, by id.
    ///
    /// Most have none, and are not even decoded: whoever asks does so for every job that anything happens to.
    func jobs(withRulesAmong ids: [JobID]) async throws -> [Job]
    func jobs(_ query: JobQuery) async throws -> Page<Job>
    /// The versions of a job that are still kept, the newest first.
    func versions(of job: JobUID, in scope: Scope, page: PageRequest) async throws -> Page<JobVersion>
    func version(_ number: Int64, of job: JobUID) async throws -> JobVersion?
    /// All jobs, by id: read once at start.
    func allJobs() async throws -> [Job]
    /// What planning needs of all jobs that will fire.
    func jobPlans() async throws -> [JobPlan]
    /// The newest execution of each of the jobs that is no longer PENDING: what is planned ahead has not run yet.
    func lastExecutions(of jobs: [JobID], in scope: Scope) async throws -> [JobID: Execution]
}

/// A job that was changed or deleted, and the records that ended with the change.
package struct ChangedJob: Hashable, Sendable {
    package let job: Job
    package let ended: [Execution]
    /// Running executions that the change asks to stop (``DisablePolicy/stop``).
    package let stopped: [Execution]

    package init(job: Job, ended: [Execution], stopped: [Execution] = []) {
        self.job = job
        self.ended = ended
        self.stopped = stopped
    }
}

/// Filter and order of a list of jobs.
package struct JobQuery: Sendable {
    package enum Sort: String, Sendable, CaseIterable {
        case id
        case name
        case nextFire = "next_exec_time"
        case updatedAt = "updated_at"
    }

    package var page: PageRequest
    package var isEnabled: Bool?
    package var group: GroupID?
    /// Jobs bound to any group of this.
    package var scope: Scope
    /// Part of the name, the description or the payload; case does not matter.
    package var keyword: String?
    package var traits = JobTraits()
    package var sort: Sort
    package var isDescending: Bool

    package init(
        page: PageRequest = PageRequest(),
        isEnabled: Bool? = nil,
        group: GroupID? = nil,
        scope: Scope = .all,
        keyword: String? = nil,
        sort: Sort = .id,
        isDescending: Bool = false
    ) {
        self.page = page
        self.isEnabled = isEnabled
        self.group = group
        self.scope = scope
        self.keyword = keyword
        self.sort = sort
        self.isDescending = isDescending
    }
}
