// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension RunDraft {
    /// What a test starts: one execution, on one host.
    package static func test(_ test: TestRun, of job: JobReference, at now: Timestamp) -> RunDraft {
        let run = Run(
            id: DeterministicID.run(kind: .test, job: job.uid, nominal: now),
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.name,
            jobVersion: job.version,
            type: .test,
            nominal: now,
            source: test.source,
            caller: test.caller,
            parameters: test.parameters,
            createdAt: now
        )
        return RunDraft(
            run: run,
            executions: Self.executions(of: run, kind: .test, on: [test.agent], at: now),
            ordered: [test.agent],
            // Somebody waits for it: an hour later nobody would.
            deadline: now.advanced(byMilliseconds: TestRun.patienceMilliseconds),
            triggerUID: nil,
            kind: .test
        )
    }
}
