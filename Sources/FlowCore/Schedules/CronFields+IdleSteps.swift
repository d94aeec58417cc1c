// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension CronItem {
    /// The one value a stepped item stands for because the next step is beyond the field: 0 for the minutes `*/90`.
    ///
    /// Cron accepts such steps. Nil for items without a step, and for steps that leave more than one value.
    func onlyValue(in field: CronField) -> Int? {
        switch self {
        case .every(let step) where step > 1: break
        case .from: break
        case .range(_, _, let step) where step > 1: break
        default: return nil
        }
        // 7 is Sunday once more.
        let values = Set(CronMasks.values(self, field, nil).map { field == .dayOfWeek ? $0 % 7 : $0 })
        return values.count == 1 ? values.first : nil
    }
}

extension CronFields {
    /// The same values with every step that never counts replaced by the value it leaves; for showing to people only.
    ///
    /// It may not be scheduled by: where a field starts with `*`, cron asks for both day fields, whatever the step.
    var withoutIdleSteps: CronFields {
        var plain = self
        for field in CronField.allCases {
            let items = self[field]
            let kept = items.filter { $0.onlyValue(in: field) == nil }
            let covered = Set(kept.flatMap { $0.isHashed ? [] : CronMasks.values($0, field, nil) })
            plain[field] = items.compactMap { item in
                guard let value = item.onlyValue(in: field) else { return item }
                return covered.contains(value) ? nil : .value(CronValue(number: value))
            }
        }
        return plain
    }

    /// `MON#1` where both day fields together say "the first Monday of the month", as `*/100,1-7 * MON` does.
    var nthWeekdayText: String? {
        guard self.needsBothDays, let days = self.few(.dayOfMonth, atMost: 7),
            let weekdays = self.few(.dayOfWeek, atMost: 2).map({ Set($0.map { $0 % 7 }) }), weekdays.count == 1,
            let weekday = weekdays.first, let first = days.first, days == Array(first...first + 6), first % 7 == 1,
            first < 29
        else { return nil }
        return "\(CronField.weekdayNames[weekday])#\((first + 6) / 7)"
    }
}
