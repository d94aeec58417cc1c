// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

extension Endpoint {
    /// What the route takes and answers; a route without one fails a test.
    var contract: Contract? { Self.contracts[self] }

    /// Made once: requests are checked against them.
    private static let contracts = Dictionary(
        uniqueKeysWithValues: Self.allCases.compactMap { endpoint in endpoint.declared.map { (endpoint, $0) } }
    )

    private var declared: Contract? {
        let areas: [Contract?] = [
            self.sessionContract, self.secondFactorContract, self.taskContract, self.groupContract,
            self.executionContract, self.insightContract, self.userContract, self.roleContract, self.accessContract,
            self.tokenContract, self.viewContract, self.preferenceContract,
            self.secretContract, self.workflowContract, self.calendarContract, self.notifyContract,
            self.settingsContract, self.systemContract, self.schedulerContract, self.dialectContract, self.hookContract,
            self.backfillContract, self.approvalContract, self.bulkContract,
        ]
        return areas.lazy.compactMap { $0 }.first
    }
}
