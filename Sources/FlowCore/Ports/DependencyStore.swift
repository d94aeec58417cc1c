// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Jobs that wait for others, and what the ends of those have come to.
///
/// Saving a job saves its edges in the same transaction, which searches the whole graph for a cycle (D11); deleting one takes
/// its edges and marks with it.
package protocol DependencyStore: EventStore {
    /// How a job's edges stand, with the newest marks; nil when the job has none.
    func dependencies(of job: JobID) async throws -> DependencyBook?

    /// Jobs that wait for this one, by number.
    func dependents(of job: JobID) async throws -> [Job]

    /// Parents by child, of all jobs.
    func dependencyGraph() async throws -> [JobID: [JobID]]

    /// Lets every job that waits for a settled run decide, starts what they start, and moves the reader: one transaction (D1).
    ///
    /// - Throws: `conflict` when the reader stands elsewhere; nothing is changed then.
    func settle(_ run: SettledRun, moving reader: ReaderMove, at now: Timestamp) async throws -> [StartedRun]

    /// Jobs whose deadline for their parents has passed, with that deadline, earliest first.
    func dueDeadlines(at now: Timestamp, limit: Int) async throws -> [(job: JobID, due: Timestamp)]

    /// Decides a deadline that has passed, by compare-and-set: nothing happens when it is another one by now (D9).
    ///
    /// - Returns: what it started.
    func expireDeadline(of job: JobID, due: Timestamp, at now: Timestamp) async throws -> StartedRun?

    /// Forgets what counts by now.
    func resetDependencies(of job: JobID, by change: Change) async throws

    /// Starts a job for what counts by now.
    ///
    /// - Throws: `conflict` when nothing does.
    func startDependent(_ job: JobID, by change: Change) async throws -> StartedRun

    /// Deletes a job after its dependents have lost their interest in it, as new versions of theirs.
    ///
    /// - Returns: the job, and the dependents as they are now.
    func deleteDetached(_ job: JobID, by change: Change) async throws -> (deleted: ChangedJob, dependents: [Job])
}

/// A step of somebody who reads the event log.
package struct ReaderMove: Hashable, Sendable {
    package let reader: String
    package let from: Int64?
    package let to: Int64

    package init(reader: String, from: Int64?, to: Int64) {
        self.reader = reader
        self.from = from
        self.to = to
    }
}

/// How a job's dependencies stand.
package struct DependencyBook: Hashable, Sendable {
    /// By parent's number; one for each edge.
    package let edges: [EdgeState]
    /// What the newest ends of parents came to, newest first.
    package let marks: [DependencyMark]
    /// As whom the job starts: who saved it last; nil = nobody who signs in.
    package let owner: UserID?
    /// When the deadline for the parents is next.
    package let due: Timestamp?

    package init(edges: [EdgeState], marks: [DependencyMark], owner: UserID?, due: Timestamp? = nil) {
        self.due = due
        self.edges = edges
        self.marks = marks
        self.owner = owner
    }
}

extension StoreFault {
    /// - Parameters:
    ///   - dependents: those that whoever asks may see.
    ///   - hidden: how many others there are.
    package static func hasDependents(_ job: Job, _ dependents: [Job], hidden: Int = 0) -> CoreError {
        var named = dependents.prefix(5).map { "'\($0.definition.name)' (task \($0.id))" }
        let more = dependents.count - named.count + hidden
        if more > 0 { named.append("\(more) other\(more == 1 ? " task" : " tasks")") }
        return CoreError(
            .inUse,
            "'\(job.definition.name)' starts \(named.joined(separator: ", ")). Change those first, or delete with "
                + "detach=true to take it out of what they wait for."
        )
    }

    package static func badGraph(_ fault: DependencyGraph.Fault, _ name: (JobID) -> String) -> CoreError {
        let (path, code): ([JobID], String) =
            switch fault {
            case .cycle(let path): (path, "cycle")
            case .tooDeep(let path): (path, "too_deep")
            }
        let text = path.map(name).joined(separator: " → ")
        let message: Wording =
            code == "cycle"
            ? "the tasks would wait for each other: \(text)"
            : "\(path.count) tasks would wait for each other in a row, of at most \(JobDependencies.depthLimit): \(text)"
        return CoreError(
            .invalid,
            "The task cannot be saved: dependencies: \(message)",
            details: [.init(path: "dependencies", code: code, message: message)]
        )
    }

    package static func noParent(_ parent: JobID) -> CoreError {
        let message = "there is no task \(parent)"
        return CoreError(
            .invalid,
            "The task cannot be saved: dependencies: \(message)",
            details: [.init(path: "dependencies", code: "not_found", message: message)]
        )
    }

    package static func tooManyDependents(_ parent: JobID) -> CoreError {
        let message = "task \(parent) starts \(JobDependencies.dependentLimit) others already"
        return CoreError(
            .invalid,
            "The task cannot be saved: dependencies: \(message)",
            details: [.init(path: "dependencies", code: "too_many", message: message)]
        )
    }

    package static func nothingWaits(_ job: Job) -> CoreError {
        CoreError(
            .conflict,
            "Nothing that '\(job.definition.name)' waits for counts by now. Run it by hand instead."
        )
    }
}
