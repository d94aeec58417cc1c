// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

extension PBTaskConfig {
    /// Puts the schedule out of sight of peers that would fire it for ever without a server.
    mutating func attend(_ policies: Policies) {
        guard let alone = policies.aloneMilliseconds else { return }
        self.attended = .with {
            $0.schedule = self.schedule
            $0.cronExpr = self.cronExpr
            $0.delayMs = self.delayMs
            if self.hasLimited { $0.limited = self.limited }
            if self.hasWithinCalendars { $0.withinCalendars = self.withinCalendars }
            if self.hasCombined { $0.combined = self.combined }
            $0.alone = Int32(clamping: alone / 1000)
        }
        self.schedule = .with { $0.manual = PBSchedule.Manual() }
        self.cronExpr = ""
        self.delayMs = 0
        self.clearLimited()
        self.clearWithinCalendars()
        self.clearCombined()
    }

    /// The configuration with its schedule where it stands for jobs that run without a server for ever.
    func unattended(_ field: String) throws(WireError) -> PBTaskConfig {
        guard self.hasAttended else { return self }
        guard self.cronExpr.isEmpty, self.delayMs == 0, !self.hasLimited, !self.hasWithinCalendars, !self.hasCombined
        else {
            throw WireError.invalid(field: field + ".attended", problem: "stands beside another schedule")
        }
        let attended = self.attended
        var config = self
        config.clearAttended()
        if attended.hasSchedule { config.schedule = attended.schedule } else { config.clearSchedule() }
        config.cronExpr = attended.cronExpr
        config.delayMs = attended.delayMs
        if attended.hasLimited { config.limited = attended.limited }
        if attended.hasWithinCalendars { config.withinCalendars = attended.withinCalendars }
        if attended.hasCombined { config.combined = attended.combined }
        return config
    }

    /// How long the job fires without a server.
    func decodedOffline(_ field: String) throws(WireError) -> (policy: OfflinePolicy, seconds: Int?) {
        guard self.hasAttended else { return (.run, nil) }
        let alone = try Fields.count(self.attended.alone, field + ".attended.alone")
        return alone == 0 ? (.skip, nil) : (.runFor, alone)
    }
}
