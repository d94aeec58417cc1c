// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

extension PBSchedulerState {
    init(_ state: SchedulerState) {
        self.init()
        self.revision = state.revision
        guard let stop = state.stop else { return }
        self.stop = .with {
            $0.since = stop.since.milliseconds
            $0.by = stop.by
            if let reason = stop.reason { $0.reason = reason }
            if let until = stop.until { $0.until = until.milliseconds }
            if let endedBy = stop.endedBy { $0.endedBy = endedBy }
        }
    }

    func decoded(_ field: String) throws(WireError) -> SchedulerState {
        var state = SchedulerState(revision: try Fields.count(self.revision, field + ".revision"))
        guard self.hasStop else { return state }
        state.stop = SchedulerStop(
            since: try Fields.instant(self.stop.since, field + ".stop.since"),
            by: try Fields.label(self.stop.by, field + ".stop.by"),
            // 512 characters may be four times as many bytes.
            reason: self.stop.hasReason ? String(self.stop.reason.prefix(ReasonRule.limit)) : nil,
            until: self.stop.hasUntil ? try Fields.instant(self.stop.until, field + ".stop.until") : nil,
            endedBy: self.stop.hasEndedBy ? try Fields.label(self.stop.endedBy, field + ".stop.ended_by") : nil
        )
        return state
    }
}
