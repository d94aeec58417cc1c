// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whether a job is on after an edit, and what holds it then.
package struct JobSwitch: Hashable, Sendable {
    package let isEnabled: Bool
    package let hold: JobHold?

    /// - Parameters:
    ///   - job: as it is stored.
    ///   - definition: what it becomes.
    ///   - wanted: what the edit says. Forms send back what they were shown, which is "off" for a job that is held.
    package init(_ job: Job, becoming definition: JobDefinition, wanted: Bool) {
        guard let hold = job.hold else {
            self.isEnabled = wanted
            self.hold = nil
            return
        }
        switch hold.kind {
        case .finished:
            // Other times arm it again; with the same there is nothing to switch on.
            self.isEnabled = definition.schedule != job.definition.schedule
        case .paused, .failures: self.isEnabled = wanted
        }
        self.hold = self.isEnabled ? nil : hold
    }
}
