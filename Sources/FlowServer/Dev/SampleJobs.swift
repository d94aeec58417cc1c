// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Three jobs for a first look: one each second, one HTTP request each 10 s, one nightly that is paused.
package enum SampleJobs {
    /// Creates the jobs unless there is any job already.
    package static func create(with access: ServerAccess, httpPort: Int) async throws {
        guard try await access.store.jobs(JobQuery(page: PageRequest(size: 1))).total == 0,
            let user = try await access.store.user(named: "admin")
        else { return }
        let principal = Principal(user, origin: Origin(via: .host))
        for draft in self.drafts(httpPort: httpPort) { _ = try await access.services.jobs.create(draft, as: principal) }
    }

    private static func drafts(httpPort: Int) -> [JobDraft] {
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
                name: "sample-health-check",
                description: "Asks this server for its health each 5 minutes.",
                payload: .http(HTTPPayload(url: "http://127.0.0.1:\(httpPort)/api/v1/health")),
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
