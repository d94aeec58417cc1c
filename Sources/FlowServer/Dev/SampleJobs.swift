// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Three jobs for a first look: one each minute, one look at the disk each five minutes, one nightly that is paused.
package enum SampleJobs {
    /// Creates the jobs unless there is any job already.
    package static func create(with access: ServerAccess) async throws {
        guard try await access.store.jobs(JobQuery(page: PageRequest(size: 1))).total == 0,
            let user = try await access.store.user(named: "admin")
        else { return }
        let principal = Principal(user, origin: Origin(via: .host))
        for draft in self.drafts { _ = try await access.services.jobs.create(draft, as: principal) }
    }

    private static var drafts: [JobDraft] {
        [
            JobDraft(
                name: "sample-heartbeat",
                description: "Prints its own facts each minute.",
                payload: .shell(
                    ShellPayload(
                        command: #"echo "$QF_TASK_NAME was due at $QF_SCHEDULED_TIME and runs as $QF_EXECUTION_ID""#
                    )
                ),
                schedule: .cron(text: "* * * * *", timeZone: "UTC", dst: .debian),
                groups: [Group.everyone]
            ),
            JobDraft(
                name: "sample-disk-check",
                description: "Looks each 5 minutes whether the disk has room: a check without a script.",
                payload: .builtin(.checkDisk(BuiltinPayload.CheckDisk(path: "/", leastFreePercent: 1))),
                schedule: .cron(text: "*/5 * * * *", timeZone: "UTC", dst: .debian),
                groups: [Group.everyone]
            ),
            JobDraft(
                name: "sample-nightly",
                description: "Would run each night at 02:30; paused until you enable it.",
                payload: .shell(ShellPayload(command: "df -h / && uptime")),
                schedule: .cron(text: "30 2 * * *", timeZone: "UTC", dst: .debian),
                groups: [Group.everyone],
                isEnabled: false
            ),
        ]
    }
}
