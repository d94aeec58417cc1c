// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

extension PBHostMaintenance {
    init(_ maintenance: HostMaintenance) {
        self.init()
        self.revision = maintenance.revision
        guard let period = maintenance.period else { return }
        self.period = .with {
            $0.since = period.since.milliseconds
            $0.until = period.until.milliseconds
            $0.by = period.by
            if let reason = period.reason { $0.reason = reason }
            if let endedAt = period.endedAt { $0.endedAt = endedAt.milliseconds }
            if let endedBy = period.endedBy { $0.endedBy = endedBy }
        }
    }

    func decoded(_ field: String) throws(WireError) -> HostMaintenance {
        var maintenance = HostMaintenance(revision: try Fields.count(self.revision, field + ".revision"))
        guard self.hasPeriod else { return maintenance }
        maintenance.period = MaintenancePeriod(
            since: try Fields.instant(self.period.since, field + ".period.since"),
            until: try Fields.instant(self.period.until, field + ".period.until"),
            by: try Fields.label(self.period.by, field + ".period.by"),
            // 512 characters may be four times as many bytes.
            reason: self.period.hasReason ? String(self.period.reason.prefix(ReasonRule.limit)) : nil,
            endedAt: self.period.hasEndedAt ? try Fields.instant(self.period.endedAt, field + ".period.ended_at") : nil,
            endedBy: self.period.hasEndedBy ? try Fields.label(self.period.endedBy, field + ".period.ended_by") : nil
        )
        return maintenance
    }
}

extension PBNetworkDefaults {
    init(_ networks: NetworkDefaults) {
        self.init()
        self.allowsPrivate = networks.allowsPrivate
        self.allowsLoopback = networks.allowsLoopback
    }

    var decoded: NetworkDefaults {
        NetworkDefaults(allowsPrivate: self.allowsPrivate, allowsLoopback: self.allowsLoopback)
    }
}
