// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

import struct Foundation.Data

extension PBTaskConfig {
    init(_ job: JobSnapshot) {
        self.init()
        self.id = String(job.id)
        self.uid = Data(job.uid.bytes)
        self.version = job.version
        self.name = job.name
        self.setPayload(job.payload)
        self.setSchedule(job.schedule)
        self.setPolicies(job.policies)
        self.attend(job.policies)
        self.enabled = job.isEnabled
        if !job.secretParameters.isEmpty {
            self.secretParameters = job.secretParameters
            // A peer that asks for no values would run the job with what stands in their place.
            self.requires.append(Self.secrets)
        }
        guard let defaults = job.defaults else { return }
        self.defaults = defaults
        // A peer that left them out would run the job with other values than somebody chose.
        self.requires.append(Self.parameters)
    }

    /// The words for what ``defaults``, ``secretParameters`` and ``pool`` need of a peer.
    private static let parameters = "parameters"
    private static let secrets = "secret-parameters"
    static let pools = "pools"

    /// A job that says what this version does not know is decoded all the same, and marked: it is refused alone, and what else
    /// came with it counts.
    func decoded(_ field: String) throws(WireError) -> JobSnapshot {
        let known = [Self.parameters, Self.secrets, Self.pools].map { ExactText($0) }
        var gaps = self.requires.filter { !known.contains(ExactText($0)) }.map { "it needs '\($0.prefix(64))'" }
        let nothing = Payload.shell(ShellPayload(command: ""))
        let payload = try Fields.understood(&gaps, or: nothing) { () throws(WireError) in try self.payload(field) }
        let schedule = try Fields.understood(&gaps, or: ScheduleSpec.manual) { () throws(WireError) in
            try self.unattended(field).decodedSchedule(field)
        }
        let policies = try Fields.understood(&gaps, or: Policies()) { () throws(WireError) in
            try self.decodedPolicies(field)
        }
        return JobSnapshot(
            uid: try Fields.identifier(self.uid, field + ".uid"),
            id: try Fields.number(self.id, field + ".id"),
            version: try Fields.count(self.version, field + ".version"),
            name: try Fields.label(self.name, field + ".name"),
            payload: payload,
            schedule: schedule,
            policies: policies,
            isEnabled: self.enabled,
            defaults: self.defaults.isEmpty ? nil : self.defaults,
            unsupported: gaps.isEmpty ? nil : gaps.joined(separator: "; "),
            secretParameters: try self.secretParameters.map { name throws(WireError) in
                try Fields.label(name, field + ".secret_parameters", minimum: 1)
            }
        )
    }

    private mutating func setSchedule(_ schedule: ScheduleSpec) {
        switch schedule {
        case .cron(let expression, let timeZone, let dst):
            self.cronExpr = expression
            self.schedule.cron = .with {
                $0.timeZone = timeZone
                $0.dst = PBDstPolicy(dst)
            }
        case .every(let period, let anchor):
            self.schedule.every = .with {
                $0.periodMs = period
                $0.anchor = anchor.milliseconds
            }
        case .delay(let pause):
            self.delayMs = pause
            // A peer that knows no delay runs at this period, and never two at once.
            self.schedule.every = .with { $0.periodMs = pause }
        case .once(let instant): self.schedule.once = .with { $0.at = instant.milliseconds }
        case .manual: self.schedule.manual = PBSchedule.Manual()
        case .limited(let base, let limits):
            self.setSchedule(base)
            var limited = PBLimitedSchedule(limits)
            limited.schedule = self.schedule
            limited.cronExpr = self.cronExpr
            limited.delayMs = self.delayMs
            // A peer that knows limits but not all that is in these has to find none of them.
            if limits.hasExpressions {
                self.combined = limited
            } else if limits.calendars != nil {
                self.withinCalendars = limited
            } else {
                self.limited = limited
            }
            self.cronExpr = ""
            self.delayMs = 0
            self.schedule = .with { $0.manual = PBSchedule.Manual() }
        }
    }

    func decodedSchedule(_ field: String) throws(WireError) -> ScheduleSpec {
        guard let kind = self.schedule.kind else {
            // Missing, or of a kind that is not known here: both look alike.
            throw WireError.notUnderstood(field: field + ".schedule", value: "of its kind")
        }
        if self.hasCombined { return try self.decoded(self.combined, field + ".combined") }
        if self.hasWithinCalendars { return try self.decoded(self.withinCalendars, field + ".within_calendars") }
        if self.hasLimited { return try self.decoded(self.limited, field + ".limited") }
        if case .cron(let cron) = kind {
            return .cron(
                expression: try Fields.label(self.cronExpr, field + ".cron_expr", minimum: 1),
                timeZone: try Fields.label(cron.timeZone, field + ".schedule.cron.time_zone"),
                dst: try cron.dst.decoded(field + ".schedule.cron.dst")
            )
        }
        guard self.cronExpr.isEmpty else {
            throw WireError.invalid(field: field + ".cron_expr", problem: "is set though the schedule is not cron")
        }
        if self.delayMs != 0 {
            return .delay(milliseconds: try Fields.count(self.delayMs, field + ".delay_ms"))
        }
        switch kind {
        case .every(let every):
            guard every.periodMs > 0 else {
                throw WireError.invalid(field: field + ".schedule.every.period_ms", problem: "is not positive")
            }
            return .every(
                periodMilliseconds: try Fields.count(every.periodMs, field + ".schedule.every.period_ms"),
                anchor: try Fields.instant(every.anchor, field + ".schedule.every.anchor")
            )
        case .once(let once): return .once(try Fields.instant(once.at, field + ".schedule.once.at"))
        case .cron, .manual: return .manual
        }
    }
}
