// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension CronExpression {
    /// The schedule in words, as people say it: "每天 03:10", "At 03:10 every day".
    ///
    /// An `H` is said to be chosen per job; describe ``resolvingHashes(for:)`` to name what was chosen.
    package func describe(_ language: DescriptionLanguage) -> String {
        let text =
            switch self.form {
            case .fields(let fields): language == .zh ? CronChinese(fields).text : CronEnglish(fields).text
            case .every(let milliseconds):
                language == .zh
                    ? "每 \(CronChinese.duration(milliseconds))一次，从任务创建时算起"
                    : "Every \(CronEnglish.duration(milliseconds)), counted from the job's creation"
            case .reboot:
                language == .zh ? "主机每次启动后运行一次" : "Once after each boot of the host"
            }
        guard let zonePrefix else { return text }
        return language == .zh ? "\(text)（\(zonePrefix) 时间）" : "\(text) (\(zonePrefix) time)"
    }

    /// The same expression with every `H` replaced by what it stands for in a job.
    package func resolvingHashes(for job: JobUID) -> CronExpression {
        guard var fields = self.fields, fields.isHashed else { return self }
        for field in CronField.allCases {
            fields[field] = fields[field].map { item in
                guard case .hashed(let range, let step) = item else { return item }
                let values = CronMasks.values(item, field, job)
                let first = CronValue(number: values[0])
                guard let step, values.count > 1 else { return .value(first) }
                return .range(first, CronValue(number: (range ?? field.hashedRange).upperBound), step: step)
            }
        }
        return CronExpression(form: .fields(fields), zonePrefix: self.zonePrefix)
    }
}

extension CronFields {
    /// Whether the field lets everything through.
    func isOpen(_ field: CronField) -> Bool { self[field] == [.every(step: 1)] || self[field] == [.unspecified] }

    /// The step of a field that is `*/n` and nothing else.
    func step(_ field: CronField) -> Int? {
        guard self[field].count == 1, case .every(let step) = self[field][0], step > 1 else { return nil }
        return step
    }

    /// The values in ascending order if the field lists single values only.
    func listed(_ field: CronField) -> [Int]? {
        var values: Set<Int> = []
        for item in self[field] {
            guard case .value(let value) = item else { return nil }
            values.insert(value.number)
        }
        return values.sorted()
    }

    /// The values in ascending order if they are few and none of them depends on the month or the job.
    func few(_ field: CronField, atMost limit: Int) -> [Int]? {
        var values: Set<Int> = []
        for item in self[field] {
            let found = CronMasks.values(item, field, nil)
            guard !found.isEmpty, !item.isHashed else { return nil }
            values.formUnion(found)
        }
        return values.count <= limit ? values.sorted() : nil
    }

    /// The single range of a field, without a step.
    func range(_ field: CronField) -> ClosedRange<Int>? {
        guard self[field].count == 1, case .range(let low, let high, 1) = self[field][0], low.number <= high.number
        else { return nil }
        return low.number...high.number
    }

    /// The times of the day, when they are few enough to be listed.
    var clockTimes: [String]? {
        guard let hours = self.listed(.hour) ?? self.range(.hour).map(Array.init), let minutes = self.listed(.minute),
            let seconds = self.listed(.second), hours.count * minutes.count * seconds.count <= 6
        else { return nil }
        return hours.flatMap { hour in
            minutes.flatMap { minute in
                seconds.map { second in
                    Self.clock(hour, minute) + (seconds == [0] ? "" : ":" + Self.twoDigits(second))
                }
            }
        }
    }

    static func clock(_ hour: Int, _ minute: Int) -> String { "\(self.twoDigits(hour)):\(self.twoDigits(minute))" }

    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
