// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The text of a cron schedule, understood (`semantics.md` 8).
///
/// Five fields are those of Linux (minute, hour, day of month, month, day of week; second 0), six put the second first,
/// seven add the year at the end. There are macros (`@daily`), `@every 1h30m` and `@reboot`, and a `CRON_TZ=` or `TZ=`
/// prefix. Two expressions are equal when they are written alike, apart from case and blanks.
package struct CronExpression: Hashable, Sendable {
    /// What the text asks for.
    enum Form: Hashable, Sendable {
        case fields(CronFields)
        case every(milliseconds: Int64)
        case reboot
    }

    let form: Form

    /// The macro that was written, in its canonical spelling such as `@daily`; nil for fields and `@every`.
    package let macro: String?

    /// The zone of a `CRON_TZ=` or `TZ=` prefix, not yet looked up.
    ///
    /// That happens when a schedule is compiled.
    package let zonePrefix: String?

    /// Reads the text.
    ///
    /// - Throws: an error with the position in bytes and, where there is one, the field.
    package init(parsing text: String) throws(ScheduleError) {
        var parser = CronParser(text)
        self = try parser.parse()
    }

    init(form: Form, macro: String? = nil, zonePrefix: String? = nil) {
        self.form = form
        self.macro = macro
        self.zonePrefix = zonePrefix
    }

    /// The expression in its one spelling, without the zone prefix.
    package var canonical: String {
        if let macro { return macro }
        switch self.form {
        case .fields(let fields): return fields.text
        case .every(let milliseconds): return "@every " + CronDuration.text(milliseconds: milliseconds)
        case .reboot: return "@reboot"
        }
    }

    /// The period of `@every`; nil for every other form.
    package var everyMilliseconds: Int64? {
        guard case .every(let milliseconds) = self.form else { return nil }
        return milliseconds
    }

    /// Whether the text is `@reboot`: once per boot of the agent's host, never at a time.
    package var isReboot: Bool { self.form == .reboot }

    /// Whether the expression has an `H`, so that its times depend on the job.
    package var isHashed: Bool { self.fields?.isHashed ?? false }

    /// Whether it names times of the day, so that ``DSTPolicy`` has an effect.
    package var isFixedTime: Bool { self.fields?.isFixedTime ?? false }

    var fields: CronFields? {
        guard case .fields(let fields) = self.form else { return nil }
        return fields
    }
}

extension CronExpression: CustomStringConvertible {
    /// Text that reads back as the same expression, with the zone prefix.
    package var description: String { (self.zonePrefix.map { "CRON_TZ=\($0) " } ?? "") + self.canonical }
}
