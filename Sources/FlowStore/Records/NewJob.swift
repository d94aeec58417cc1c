// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A job that is to be stored, and what its rows will say as far as that is known before: everybody waits for the one writer, so
/// nothing is worked out there that can be brought along.
struct NewJob: Sendable {
    let uid: JobUID
    let definition: JobDefinition
    let isEnabled: Bool
    let nextFire: Timestamp?
    /// As the rows of the job and of its first version keep it.
    let text: String
    let searchText: String
    /// What the audit says of it.
    let diff: String?

    init(uid: JobUID, definition: JobDefinition, isEnabled: Bool, nextFire: Timestamp?) throws {
        self.uid = uid
        self.definition = definition
        self.isEnabled = isEnabled
        self.nextFire = nextFire
        self.text = try JSONColumn.encode(definition)
        self.searchText = JobRecord.searchText(definition)
        self.diff = try AuditDiff.text(before: nil, after: JobAudit(definition, isEnabled: isEnabled, hold: nil))
    }
}
