// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A job as somebody wants it, not yet validated.
package struct JobDraft: Hashable, Sendable {
    package var name: String
    package var description: String
    package var payload: Payload
    package var schedule: ScheduleDraft
    package var policies: Policies
    package var groups: [GroupID]
    package var labels: [String: String]
    package var isEnabled: Bool
    /// Nil keeps what is stored: clients that do not know of it must not take it away.
    package var notify: [NotifyRule]?
    /// Nil keeps what is stored, no edges is none.
    package var dependencies: JobDependencies?
    package var standing: StandingPolicies
    package var limits: LimitsDraft?
    package var parameters: [ParameterDeclaration]
    /// Nil keeps what is stored.
    package var placement: Placement?
    /// What takes two persons; nil keeps what is stored.
    package var twoPerson: [TwoPersonAction]?

    package init(
        name: String,
        description: String = "",
        payload: Payload,
        schedule: ScheduleDraft,
        policies: Policies = Policies(),
        groups: [GroupID],
        labels: [String: String] = [:],
        isEnabled: Bool = true,
        notify: [NotifyRule]? = nil,
        dependencies: JobDependencies? = nil,
        standing: StandingPolicies = StandingPolicies(),
        limits: LimitsDraft? = nil,
        parameters: [ParameterDeclaration] = [],
        placement: Placement? = nil,
        twoPerson: [TwoPersonAction]? = nil
    ) {
        self.name = name
        self.description = description
        self.payload = payload
        self.schedule = schedule
        self.policies = policies
        self.groups = groups
        self.labels = labels
        self.isEnabled = isEnabled
        self.notify = notify
        self.dependencies = dependencies
        self.standing = standing
        self.limits = limits
        self.parameters = parameters
        self.placement = placement
        self.twoPerson = twoPerson
    }
}

/// Limits of a schedule as they were written.
package struct LimitsDraft: Hashable, Sendable {
    package var notBefore: Timestamp?
    package var notAfter: Timestamp?
    package var window: Window?
    package var calendars: [Calendar] = []
    /// Further cron expressions.
    package var also: [String] = []
    /// Cron expressions whose times are left out.
    package var except: [String] = []
    /// The zone of window and calendars, where the schedule itself has none.
    package var timeZone: String

    /// `HH:MM` each.
    package struct Window: Hashable, Sendable {
        package let from: String
        package let to: String

        package init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    /// A calendar by its name.
    package struct Calendar: Hashable, Sendable {
        package let name: String
        package let onBlackout: BlackoutPolicy

        package init(name: String, onBlackout: BlackoutPolicy) {
            self.name = name
            self.onBlackout = onBlackout
        }
    }

    package init(
        notBefore: Timestamp? = nil,
        notAfter: Timestamp? = nil,
        window: Window? = nil,
        timeZone: String
    ) {
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.window = window
        self.timeZone = timeZone
    }
}

/// A schedule as it was written.
///
/// ``ScheduleSpec`` is what becomes of it.
package enum ScheduleDraft: Hashable, Sendable {
    /// Cron text, a macro, or `@every 30s`, perhaps with a `CRON_TZ=` prefix.
    case cron(text: String, timeZone: String, dst: DSTPolicy)
    case every(milliseconds: Int64)
    case delay(milliseconds: Int64)
    case once(Timestamp)
    case manual
}
