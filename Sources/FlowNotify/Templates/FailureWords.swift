// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What a message says of how its failures read.
package struct FailureWords: Hashable, Sendable {
    /// The newest one's lines.
    let text: String
    /// `17 hosts: same failure`; nil unless there are several, and all read alike.
    let same: Wording?
    /// When such a failure was first seen, if that was before this incident.
    let seenBefore: Timestamp?

    package init() {
        self.text = ""
        self.same = nil
        self.seenBefore = nil
    }

    /// - Parameter known: of those that were read already.
    package init(_ incident: NotifyIncident, _ known: [ExecutionID: FailureFingerprintName]) {
        let members = incident.members.filter { NotifyTrigger.failures.contains($0.trigger) }
        let newest = members.last?.execution.flatMap { known[$0] }
        self.text = newest?.text ?? ""
        let oldest = members.map(\.at).min() ?? incident.openedAt
        self.seenBefore = newest.flatMap { $0.firstAt < min(oldest, incident.openedAt) ? $0.firstAt : nil }
        let kinds = Set(members.map { $0.execution.flatMap { known[$0]?.id } })
        let hosts = Set(members.map(\.host)).count
        guard hosts > 1, kinds.count == 1, newest != nil else {
            self.same = nil
            return
        }
        // Older members are not remembered one by one.
        let isWhole = incident.failing.count <= hosts && incident.count <= members.count
        self.same = isWhole ? "\(hosts) hosts: same failure" : "the last \(hosts) hosts: same failure"
    }
}
