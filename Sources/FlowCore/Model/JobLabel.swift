// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a list of sums says of a job, without its definition: of a hundred thousand jobs that is read in a moment.
package struct JobLabel: Hashable, Sendable {
    package let id: JobID
    package let name: String
    package let groups: [GroupID]

    package init(id: JobID, name: String, groups: [GroupID]) {
        self.id = id
        self.name = name
        self.groups = groups
    }
}

extension JobLabel {
    package init(_ job: Job) {
        self.init(id: job.id, name: job.definition.name, groups: job.definition.groups)
    }
}
