// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension JobDraft {
    /// A job as it is, to be changed in some of its fields.
    ///
    /// Rules of notification and dependencies are left to what is stored.
    package init(_ job: Job) {
        let definition = job.definition
        self.init(
            name: definition.name,
            description: definition.description,
            payload: definition.payload,
            schedule: ScheduleDraft(definition.schedule),
            policies: definition.policies,
            groups: definition.groups,
            labels: definition.labels,
            isEnabled: job.isEnabled,
            standing: definition.standing ?? StandingPolicies(),
            limits: LimitsDraft(definition.schedule),
            parameters: definition.parameters ?? []
        )
    }
}

extension ScheduleDraft {
    /// A stored schedule without its limits, as somebody would write it.
    package init(_ spec: ScheduleSpec) {
        switch spec.base {
        case .cron(let expression, let timeZone, let dst):
            self = .cron(text: expression, timeZone: timeZone, dst: dst)
        case .every(let period, _): self = .every(milliseconds: period)
        case .delay(let pause): self = .delay(milliseconds: pause)
        case .once(let instant): self = .once(instant)
        case .manual, .limited: self = .manual
        }
    }
}

extension LimitsDraft {
    /// - Returns: nil for a schedule without limits.
    package init?(_ spec: ScheduleSpec) {
        guard let limits = spec.limits else { return nil }
        self.init(
            notBefore: limits.notBefore,
            notAfter: limits.notAfter,
            window: limits.window.map { Window(from: DailyWindow.text($0.from), to: DailyWindow.text($0.to)) },
            timeZone: limits.window?.timeZone ?? limits.calendars?.timeZone ?? "UTC"
        )
        self.also = limits.also ?? []
        self.except = limits.except ?? []
        self.calendars = (limits.calendars?.uses ?? []).map { Calendar(name: $0.calendar, onBlackout: $0.onBlackout) }
    }
}
