// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What `task import` reads.
enum ImportFormat: String, CaseIterable {
    case crontab
    /// `.timer` and `.service` units.
    case systemd
    /// CronJobs in YAML.
    case kubernetes
    /// `xxl_job_info` as CSV or SQL.
    case xxlJob = "xxl-job"
    /// The schedule in JSON, or a whole export.
    case cronicle
    /// Jobs as `/v1/jobs` gives them.
    case dkron
}
