// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension JobSnapshot {
    /// The job for a host that goes by its own zone files (R12).
    ///
    /// In a zone whose offset changes those may say otherwise than the server's, and both would fire: there the host is
    /// told of no schedule, and runs what it is ordered to. A zone with one offset is the same everywhere.
    func withoutForeignRules(_ plans: PlanBook) -> JobSnapshot {
        guard let zone = self.schedule.zoneName, let slice = plans.slice(named: zone), !slice.isSteady else {
            return self
        }
        return JobSnapshot(
            uid: self.uid,
            id: self.id,
            version: self.version,
            name: self.name,
            payload: self.payload,
            schedule: .manual,
            policies: self.policies,
            isEnabled: self.isEnabled,
            defaults: self.defaults,
            unsupported: self.unsupported,
            secretParameters: self.secretParameters
        )
    }
}

extension Order {
    func withoutForeignRules(_ plans: PlanBook) -> Order {
        Order(
            executionID: self.executionID,
            runID: self.runID,
            job: self.job.withoutForeignRules(plans),
            kind: self.kind,
            nominal: self.nominal,
            dataTime: self.dataTime,
            parameters: self.parameters,
            retryOf: self.retryOf,
            deadline: self.deadline,
            hold: self.hold
        )
    }
}
