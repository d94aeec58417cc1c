// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How far a version of a job has come to a host (S1-FR-2.1).
package enum JobRollout: String, Hashable, Sendable, CaseIterable {
    /// It was not sent yet: the host is not connected, or will be told in a moment.
    case waiting
    case sent
    /// The host has it, and is about to write it down.
    case acknowledged
    /// It is durable on the host, and counts.
    case applied
    /// It was pushed as often as it is, and never confirmed; the host will ask for it (S1-FR-2.3).
    case failed
}
