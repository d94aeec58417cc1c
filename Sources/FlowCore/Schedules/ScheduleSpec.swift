// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a job's schedule says; the durable, serialisable form.
package indirect enum ScheduleSpec: Hashable, Sendable {
    /// A cron expression in a zone. A zone prefix inside the expression has precedence over `timeZone`.
    case cron(expression: String, timeZone: String, dst: DSTPolicy)
    /// Elapsed time: `anchor + n * period`, whatever the clocks on the wall do.
    case every(periodMilliseconds: Int64, anchor: Timestamp)
    /// So long after the end of the run before; decided by each agent for itself, so no time is known in advance.
    case delay(milliseconds: Int64)
    /// One fire.
    case once(Timestamp)
    /// No schedule, only triggers.
    case manual
    /// One of those that fire again and again, inside limits; never one inside another.
    case limited(ScheduleSpec, ScheduleLimits)
}

extension ScheduleSpec {
    /// Whether its fires follow from a zone: a cron expression is read in one, and so are a daily window and calendars.
    package var hasZone: Bool {
        if case .cron = self.base { return true }
        return self.limits?.window != nil || self.limits?.calendars != nil
    }

    /// The zone it is read in, where that is one whose rules have to come from somewhere; else nil.
    ///
    /// A window and calendars have the zone of the expression that they limit.
    package var zoneName: String? {
        guard case .cron(let expression, let timeZone, _) = self.base else {
            let name = self.limits?.window?.timeZone ?? self.limits?.calendars?.timeZone
            return name.flatMap { ZoneDatabase.needsNoFile($0) ? nil : $0 }
        }
        // Whoever stores a job puts the prefix's zone into the field as well; a text from elsewhere may not have it there.
        let prefix =
            expression.utf8.contains(UInt8(ascii: "=")) ? (try? CronExpression(parsing: expression))?.zonePrefix : nil
        let name = prefix ?? timeZone
        return ZoneDatabase.needsNoFile(name) ? nil : name
    }
}

extension ScheduleSpec: Codable {
    private enum Kind: String, Codable {
        case cron
        case every
        case delay
        case once
        case manual
        case limited
    }

    private enum CodingKeys: String, CodingKey {
        case type
        case expression
        case timezone
        case dst
        case periodMilliseconds = "period_ms"
        case anchorMilliseconds = "anchor_ms"
        case atMilliseconds = "at_ms"
        case base
        case limits
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Kind.self, forKey: .type) {
        case .cron:
            self = .cron(
                expression: try container.decode(String.self, forKey: .expression),
                timeZone: try container.decodeIfPresent(String.self, forKey: .timezone) ?? "UTC",
                dst: try container.decodeIfPresent(DSTPolicy.self, forKey: .dst) ?? .debian
            )
        case .every:
            self = .every(
                periodMilliseconds: try container.decode(Int64.self, forKey: .periodMilliseconds),
                anchor: try container.decode(Timestamp.self, forKey: .anchorMilliseconds)
            )
        case .delay: self = .delay(milliseconds: try container.decode(Int64.self, forKey: .periodMilliseconds))
        case .once: self = .once(try container.decode(Timestamp.self, forKey: .atMilliseconds))
        case .manual: self = .manual
        case .limited:
            self = .limited(
                try container.decode(ScheduleSpec.self, forKey: .base),
                try container.decode(ScheduleLimits.self, forKey: .limits)
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .cron(let expression, let timeZone, let dst):
            try container.encode(Kind.cron, forKey: .type)
            try container.encode(expression, forKey: .expression)
            try container.encode(timeZone, forKey: .timezone)
            try container.encode(dst, forKey: .dst)
        case .every(let period, let anchor):
            try container.encode(Kind.every, forKey: .type)
            try container.encode(period, forKey: .periodMilliseconds)
            try container.encode(anchor, forKey: .anchorMilliseconds)
        case .delay(let pause):
            try container.encode(Kind.delay, forKey: .type)
            try container.encode(pause, forKey: .periodMilliseconds)
        case .once(let instant):
            try container.encode(Kind.once, forKey: .type)
            try container.encode(instant, forKey: .atMilliseconds)
        case .manual:
            try container.encode(Kind.manual, forKey: .type)
        case .limited(let base, let limits):
            try container.encode(Kind.limited, forKey: .type)
            try container.encode(base, forKey: .base)
            try container.encode(limits, forKey: .limits)
        }
    }
}
