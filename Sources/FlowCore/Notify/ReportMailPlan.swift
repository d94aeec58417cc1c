// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// When a report goes out, and which days it covers, by the clock of its zone.
package struct ReportMailPlan: Sendable {
    private static let secondsOfDay: Int64 = 86_400
    /// A month and two days that a zone left out.
    private static let daysToLookAt = 35
    /// What is older is left out for the sake of what comes: nobody reads thirty reports in the morning after an outage.
    package static let catchUpMilliseconds: Int64 = 7 * 86_400_000

    private let span: ReportMailDraft.Span
    private let minute: Int
    private let zone: ZoneRules

    package init(_ span: ReportMailDraft.Span, minute: Int, zone: ZoneRules) {
        self.span = span
        self.minute = minute
        self.zone = zone
    }

    /// The first report that is sent after an instant; nil at the end of time.
    package func next(after instant: Timestamp) -> ReportMail.Due? {
        let today = self.day(of: instant)
        for day in (today - 1)...(today + Self.daysToLookAt) where self.ends(on: day) {
            guard let due = self.due(day), due.at > instant else { continue }
            return due
        }
        return nil
    }

    /// The report behind one that is sent now; what an outage left behind is made up for a week back.
    package func next(behind due: ReportMail.Due, at now: Timestamp) -> ReportMail.Due? {
        self.next(after: max(due.at, now.advanced(byMilliseconds: -Self.catchUpMilliseconds)))
    }

    /// The span that ended last.
    package func last(at now: Timestamp) -> ReportMail.Due? {
        let today = self.day(of: now)
        return ((today - Self.daysToLookAt)...today).reversed().lazy
            .filter { self.ends(on: $0) }.compactMap { self.due($0) }.first { $0.until <= now }
    }

    /// Whether a span ends where a day begins.
    private func ends(on day: Int) -> Bool {
        switch self.span {
        case .day: true
        case .week: CivilDate.weekday(days: day) == 1
        case .month: CivilDate.fromDays(day).day == 1
        }
    }

    private func due(_ day: Int) -> ReportMail.Due? {
        let first =
            switch self.span {
            case .day: day - 1
            case .week: day - 7
            case .month: self.monthBefore(day)
            }
        guard let from = self.begin(first), let until = self.begin(day), from < until else { return nil }
        return ReportMail.Due(at: max(until, self.instant(day)), from: from, until: until)
    }

    private func monthBefore(_ day: Int) -> Int {
        let date = CivilDate.fromDays(day - 1)
        return CivilDate.days(year: date.year, month: date.month, day: 1)
    }

    /// Of a day that the zone left out, the next one's.
    private func begin(_ day: Int) -> Timestamp? {
        (0...1).lazy.compactMap { ZoneDay.start(of: day + $0, in: self.zone) }.first
    }

    private func day(of instant: Timestamp) -> Int {
        Int(ZoneDay.local(instant, self.zone).flooredDivision(by: Self.secondsOfDay))
    }

    /// When clocks show the minute; where they jump over it, as much later, and where they show it twice, the first time.
    private func instant(_ day: Int) -> Timestamp {
        let local = Int64(day) * Self.secondsOfDay + Int64(self.minute) * 60
        let before = self.zone.offsetSeconds(at: Timestamp(seconds: local - 26 * 3600))
        let first = Timestamp(seconds: local - Int64(before))
        if ZoneDay.local(first, self.zone) == local { return first }
        let second = Timestamp(seconds: local - Int64(self.zone.offsetSeconds(at: first)))
        return ZoneDay.local(second, self.zone) == local ? second : max(first, second)
    }
}
