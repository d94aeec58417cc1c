// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: TestRunStore {
    package func start(_ test: TestRun, by change: Change) async throws -> StartedRun {
        try await self.write("test_run") { db in
            let groups = test.definition.groups
            try self.requireGroups(groups, db)
            guard try AgentTable(db).agents(inAnyOf: groups).contains(test.agent) else {
                throw CoreError(
                    .invalid,
                    "This host is in none of the task's groups.",
                    details: [
                        .init(path: "client_id", code: "value", message: "the host is in none of the task's groups")
                    ]
                )
            }
            // A task for the length of this transaction: its number, version and groups outlive it, as those of any
            // task that is deleted, and nobody ever sees or plans it.
            var definition = test.definition
            definition.name = "\(test.definition.name.prefix(100)) (test \(test.uid.description.suffix(6)))"
            let new = try NewJob(uid: test.uid, definition: definition, isEnabled: false, nextFire: nil)
            let jobs = JobTable(db)
            let job = try jobs.insert(new, by: change.actor.name, at: change.at)
            let reference = JobReference(
                id: job.id,
                uid: job.uid,
                version: job.version,
                name: test.definition.name
            )
            let draft = RunDraft.test(test, of: reference, at: change.at)
            let begun = try RecordWriter(db: db, snapshots: self.snapshots).begin(draft)
            // Those of its groups may see the run: for them the task has to have been there at its time.
            try jobs.delete(job.id, at: change.at.advanced(byMilliseconds: 1))
            try AuditTable(db).record(
                change,
                .jobTest,
                AuditObject("job", String(job.id), name: test.definition.name),
                groups: groups,
                after: TestAudit(definition: test.definition, run: RunAudit(draft.run, targets: [test.agent]))
            )
            return StartedRun(run: draft.run, executions: begun.executions, orders: begun.orders, isRepeat: false)
        }
    }

    /// The groups of a test that is open on a host; nil when it has none.
    func groupsOfOpenTest(
        _ job: JobUID,
        version: Int64,
        on agent: AgentID,
        _ db: Database
    ) throws -> (id: JobID, groups: [GroupID])? {
        guard let number = try JobTable(db).numbers(of: [job])[job] else { return nil }
        let isOpen = try db.first(
            """
            SELECT 1 FROM execution INDEXED BY execution_by_job
            WHERE job_id = ? AND agent = ? AND kind = 7 AND status IN (1, 2) LIMIT 1
            """,
            [.integer(number), .agent(agent)]
        ) { _ in true }
        guard isOpen == true, let groups = try JobVersionTable(db).find(version, of: job)?.definition?.groups else {
            return nil
        }
        return (number, groups)
    }
}

/// Tests in the history: they are shown to whoever asks for them, and stand in no list and no sum besides.
enum TestRunCondition {
    /// - Returns: nil where there are none, which is the rule.
    static func withoutTests(executions alias: String, _ db: Database) throws -> String? {
        let tests = "SELECT t.id FROM execution AS t INDEXED BY execution_of_test WHERE t.kind = 7"
        guard try db.first("\(tests) LIMIT 1", [], { _ in true }) != nil else { return nil }
        return "\(alias).id NOT IN (\(tests))"
    }

    static func withoutTests(runs db: Database) throws -> String? {
        let tests = "SELECT t.id FROM run AS t INDEXED BY run_by_type WHERE t.type = 7 AND t.type <> 0"
        guard try db.first("\(tests) LIMIT 1", [], { _ in true }) != nil else { return nil }
        return "run.id NOT IN (\(tests))"
    }
}

private struct TestAudit: Encodable {
    let definition: JobDefinition
    let run: RunAudit
}
