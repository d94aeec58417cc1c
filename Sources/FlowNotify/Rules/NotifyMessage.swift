// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A message to be written: one delivery for each channel of the incident's rule.
package struct NotifyMessage: Hashable, Sendable {
    /// As it is when the message is due.
    package let incident: NotifyIncident
    package let purpose: NotifyDelivery.Purpose
    /// Of its incident, or of an escalation the step, from 1.
    package let number: Int

    /// To whom it goes.
    package var targets: [NotifyTarget] {
        guard self.purpose == .escalation else { return self.incident.rule.channels }
        let steps = self.incident.rule.escalation ?? []
        return steps.indices.contains(self.number - 1) ? steps[self.number - 1].channels : []
    }

    init(incident: NotifyIncident, purpose: NotifyDelivery.Purpose, number: Int) {
        self.incident = incident
        self.purpose = purpose
        self.number = number
    }

    /// What a past execution would have been told as; nothing of it is kept.
    package init(previewOf execution: Execution, rule: String) {
        let trigger = NotifyTrigger.technicalFailure
        let host = execution.agentID.rawValue
        var incident = NotifyIncident(
            id: NotifyIdentity.incident(rule: "", group: "", event: 0, at: execution.updatedAt),
            ruleKey: "",
            groupKey: "",
            rule: NotifyRule(name: rule, triggers: [trigger], channels: []),
            jobID: execution.jobID,
            jobName: execution.jobName,
            groups: [],
            trigger: ExecutionEvent(execution, over: nil).flatMap { NotifyTrigger($0) } ?? trigger,
            at: execution.finishedAt ?? execution.updatedAt
        )
        incident.thresholdCount = 1
        incident.count = 1
        incident.members = [
            NotifyIncident.Member(
                host: host,
                execution: execution.id,
                trigger: incident.trigger,
                at: execution.updatedAt
            )
        ]
        self.init(incident: incident, purpose: .opening, number: 1)
    }
}
