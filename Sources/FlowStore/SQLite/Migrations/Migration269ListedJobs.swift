// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The jobs that lists show, by their number: counting them reads no definition.
enum Migration269ListedJobs {
    static let sql = "CREATE INDEX job_listed ON job (id) WHERE workflow_id IS NULL;"
}
