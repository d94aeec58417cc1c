// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Reads the text of a schedule by the grammar of `semantics.md` 8.
///
/// It works on bytes, so that the positions of errors are byte offsets and hostile input costs nothing.
struct CronParser {
    static let maximalLength = 256
    static let maximalItems = 64

    private let bytes: [UInt8]
    private var position = 0
    /// Where the field being read ends.
    private var limit = 0

    private let mostBytes: Int
    private let mostItems: Int

    /// The limits are those of saved jobs, unless something is to be read that will be written shorter.
    init(_ text: String, maximalLength: Int = Self.maximalLength, maximalItems: Int = Self.maximalItems) {
        self.bytes = Array(text.utf8)
        self.mostBytes = maximalLength
        self.mostItems = maximalItems
    }

    mutating func parse() throws(ScheduleError) -> CronExpression {
        guard self.bytes.count <= self.mostBytes else {
            throw ScheduleError(
                .tooLong,
                "the expression has \(self.bytes.count) bytes; at most \(self.mostBytes) are read",
                position: self.mostBytes
            )
        }
        if let odd = self.bytes.firstIndex(where: { $0 > 0x7e || ($0 < 0x20 && $0 != 0x09) }) {
            throw ScheduleError(
                .notASCII,
                "the expression has a character that is not plain ASCII; full-width digits, commas and stars must be typed "
                    + "as ASCII, and there must be no line break",
                position: odd
            )
        }
        self.skipBlanks()
        let zone = try self.zonePrefix()
        guard self.position < self.bytes.count else {
            throw ScheduleError(
                .empty,
                "there is no schedule; write for example '10 3 * * *' for every day at 03:10",
                position: self.position
            )
        }
        if self.bytes[self.position] == UInt8(ascii: "@") { return try self.macro(zone: zone) }
        return CronExpression(form: .fields(try self.fields()), zonePrefix: zone)
    }

    // MARK: Zone prefix and macros

    private mutating func zonePrefix() throws(ScheduleError) -> String? {
        guard
            let prefix = ["CRON_TZ=", "TZ="].first(where: { self.bytes[self.position...].starts(with: Array($0.utf8)) })
        else { return nil }
        let start = self.position + prefix.utf8.count
        self.position = start
        while self.position < self.bytes.count, !self.isBlank(self.bytes[self.position]) { self.position += 1 }
        let name = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        guard ZoneDatabase.isWellFormed(name) else {
            throw ScheduleError(
                .unknownZone,
                "'\(name)' is not the name of a time zone; write one such as Asia/Shanghai, UTC or +08:00",
                position: start
            )
        }
        self.skipBlanks()
        return name
    }

    private static let macros: [(names: [String], fields: String)] = [
        (["@yearly", "@annually"], "0 0 1 1 *"), (["@monthly"], "0 0 1 * *"), (["@weekly"], "0 0 * * 0"),
        (["@daily", "@midnight"], "0 0 * * *"), (["@hourly"], "0 * * * *"),
    ]

    private mutating func macro(zone: String?) throws(ScheduleError) -> CronExpression {
        let start = self.position
        while self.position < self.bytes.count, !self.isBlank(self.bytes[self.position]) { self.position += 1 }
        let word = String(decoding: self.bytes[start..<self.position], as: UTF8.self).lowercased()
        self.skipBlanks()
        if word == "@every" {
            var end = self.bytes.count
            while end > self.position, self.isBlank(self.bytes[end - 1]) { end -= 1 }
            let milliseconds = try CronDuration.parse(self.bytes[self.position..<end], offset: self.position)
            return CronExpression(form: .every(milliseconds: milliseconds), zonePrefix: zone)
        }
        guard self.position == self.bytes.count else {
            throw ScheduleError(.syntax, "nothing may follow \(word)", position: self.position)
        }
        if word == "@reboot" { return CronExpression(form: .reboot, zonePrefix: zone) }
        guard let macro = Self.macros.first(where: { $0.names.contains(word) }) else {
            throw ScheduleError(
                .unknownMacro,
                "'\(word)' is not known; there are @yearly, @monthly, @weekly, @daily, @hourly, @every and @reboot",
                position: start
            )
        }
        var expansion = CronParser(macro.fields)
        let fields = try expansion.fields()
        return CronExpression(form: .fields(fields), macro: macro.names[0], zonePrefix: zone)
    }

    // MARK: Fields

    private mutating func fields() throws(ScheduleError) -> CronFields {
        var spans: [Range<Int>] = []
        while self.position < self.bytes.count {
            let start = self.position
            while self.position < self.bytes.count, !self.isBlank(self.bytes[self.position]) { self.position += 1 }
            spans.append(start..<self.position)
            self.skipBlanks()
        }
        guard (5...7).contains(spans.count) else {
            throw ScheduleError(
                .fieldCount,
                "there \(spans.count == 1 ? "is 1 field" : "are \(spans.count) fields"); write 5 (minute hour day month "
                    + "weekday), 6 (second first) or 7 (second first, year last)",
                position: spans.count > 7 ? spans[7].lowerBound : spans.last?.upperBound ?? 0
            )
        }
        var fields = CronFields(count: spans.count)
        var daySpan = 0..<0
        for (field, span) in zip(fields.written, spans) {
            if field == .dayOfMonth { daySpan = span }
            self.position = span.lowerBound
            self.limit = span.upperBound
            fields[field] = try self.list(field)
            if field == .dayOfWeek, fields.weekdays == [.unspecified], fields.days == [.unspecified] {
                throw ScheduleError(
                    .syntax,
                    "'?' may stand in day of month or in day of week, not in both; write '*' in one of them",
                    position: span.lowerBound,
                    field: field
                )
            }
        }
        // With an H the answer depends on the job, so that only a compiled schedule can tell.
        if !fields.isHashed, CronMasks(fields, seed: nil).firstMatch(atOrAfter: 0) == nil {
            throw ScheduleError.unsatisfiable(position: daySpan.lowerBound)
        }
        return fields
    }

    private mutating func list(_ field: CronField) throws(ScheduleError) -> [CronItem] {
        let start = self.position
        var items: [CronItem] = []
        while true {
            items.append(try self.item(field, alone: start))
            guard items.count <= self.mostItems else {
                throw ScheduleError(
                    .tooManyItems,
                    "\(field.label) has more than \(self.mostItems) list items; use ranges and steps",
                    position: self.position,
                    field: field
                )
            }
            guard let byte = self.peek() else { return items }
            guard byte == UInt8(ascii: ",") else { throw self.unexpected(field, after: items[items.count - 1]) }
            self.position += 1
        }
    }

    private mutating func item(_ field: CronField, alone fieldStart: Int) throws(ScheduleError) -> CronItem {
        guard let byte = self.peek(), byte != UInt8(ascii: ",") else {
            throw self.error(.syntax, "an item of the list is empty; remove the comma or write a value", field)
        }
        switch byte {
        case UInt8(ascii: "*"):
            self.position += 1
            return .every(step: try self.step(field) ?? 1)
        case UInt8(ascii: "?"):
            guard field == .dayOfMonth || field == .dayOfWeek else {
                throw self.error(.syntax, "'?' is for day of month and day of week only; write '*'", field)
            }
            guard self.position == fieldStart, self.limit == fieldStart + 1 else {
                throw self.error(.syntax, "'?' must stand alone in its field", field)
            }
            self.position += 1
            return .unspecified
        case UInt8(ascii: "H"), UInt8(ascii: "h"):
            return try self.hashed(field)
        case UInt8(ascii: "L"), UInt8(ascii: "l"):
            return try self.last(field)
        default:
            return try self.plain(field)
        }
    }

    /// `H`, `H(a-b)`, either with a step.
    private mutating func hashed(_ field: CronField) throws(ScheduleError) -> CronItem {
        guard field != .year else {
            throw self.error(.syntax, "'H' has no meaning for years; write a year or '*'", field)
        }
        self.position += 1
        var range: ClosedRange<Int>?
        if self.take("(") {
            let low = try self.number(field)
            let lowEnd = self.position
            guard self.take("-") else { throw self.error(.syntax, "write the range of H as in H(0-29)", field) }
            let high = try self.number(field)
            guard low <= high else {
                throw self.error(.range, "the range of H must go upwards", field, at: lowEnd)
            }
            guard self.take(")") else { throw self.error(.syntax, "the range of H needs a closing ')'", field) }
            range = low...high
        }
        // Only our grammar has H: a step beyond the field would be a mistake, not an old habit.
        return .hashed(range, step: try self.step(field, maximum: field.maximalStep))
    }

    /// `L`, `L-n` and `LW` of the days of the month.
    private mutating func last(_ field: CronField) throws(ScheduleError) -> CronItem {
        guard field == .dayOfMonth else {
            throw self.error(
                .syntax,
                field == .dayOfWeek
                    ? "'L' needs a weekday before it here, as in 5L for the last Friday of the month"
                    : "'L' is for day of month and day of week only",
                field
            )
        }
        self.position += 1
        if self.take("W") || self.take("w") { return .lastWorkday }
        guard self.take("-") else { return .lastDay(before: 0) }
        let start = self.position
        let before = try self.digits(field, maximum: 2)
        guard (1...30).contains(before) else {
            throw self.error(.range, "L-\(before) is outside L-1 to L-30", field, at: start)
        }
        return .lastDay(before: before)
    }

    /// Items that begin with a number or a name.
    private mutating func plain(_ field: CronField) throws(ScheduleError) -> CronItem {
        let start = self.position
        let low = try self.value(field)
        switch self.peek() {
        case UInt8(ascii: "W") where field == .dayOfMonth, UInt8(ascii: "w") where field == .dayOfMonth:
            self.position += 1
            return .nearestWorkday(low.number)
        case UInt8(ascii: "L") where field == .dayOfWeek, UInt8(ascii: "l") where field == .dayOfWeek:
            self.position += 1
            return .last(low)
        case UInt8(ascii: "#") where field == .dayOfWeek:
            self.position += 1
            let nthStart = self.position
            let nth = try self.digits(field, maximum: 2)
            guard (1...5).contains(nth) else {
                throw self.error(.range, "a month has the weekday 1 to 5 times, not #\(nth)", field, at: nthStart)
            }
            return .nth(low, nth)
        case UInt8(ascii: "/"):
            guard let step = try self.step(field) else { return .value(low) }
            return .from(low, step: step)
        case UInt8(ascii: "-"):
            self.position += 1
            let high = try self.value(field)
            guard low.number <= high.number || field.wraps else {
                let range = field.range
                let text = [
                    low.number == range.upperBound ? "\(low.number)" : "\(low.number)-\(range.upperBound)",
                    high.number == range.lowerBound ? "\(high.number)" : "\(range.lowerBound)-\(high.number)",
                ]
                throw self.error(
                    .range,
                    "\(low.number)-\(high.number) runs backwards; write \(text.joined(separator: ","))",
                    field,
                    at: start
                )
            }
            return .range(low, high, step: try self.step(field) ?? 1)
        default:
            return .value(low)
        }
    }

    // MARK: Values

    private mutating func value(_ field: CronField) throws(ScheduleError) -> CronValue {
        guard let byte = self.peek(), self.isLetter(byte) else { return CronValue(number: try self.number(field)) }
        let start = self.position
        var end = start
        while end < self.limit, self.isLetter(self.bytes[end]) { end += 1 }
        let word = String(decoding: self.bytes[start..<end], as: UTF8.self).uppercased()
        // `FRIL` is a name and then the L of `nL`.
        let isLast = field == .dayOfWeek && word.utf8.count == 4 && word.hasSuffix("L")
        let name = isLast ? String(word.dropLast()) : word
        guard let number = field.value(ofName: name) else {
            let hint =
                switch field {
                case .month: "months are 1-12 or JAN to DEC"
                case .dayOfWeek: "weekdays are 0-7 or SUN to SAT"
                case .dayOfMonth: "days are 1-31, L, LW, L-n or nW"
                default: "\(field.label) takes numbers only"
                }
            throw self.error(.unknownName, "'\(word)' is not known here; \(hint)", field, at: start)
        }
        self.position = isLast ? end - 1 : end
        return CronValue(number: number, isName: true)
    }

    private mutating func number(_ field: CronField) throws(ScheduleError) -> Int {
        let start = self.position
        let range = field.range
        let number = try self.digits(field, maximum: field == .year ? 4 : 2)
        guard range.contains(number) else {
            throw self.error(
                .range,
                "\(number) is outside \(range.lowerBound)-\(range.upperBound) of \(field.label)",
                field,
                at: start
            )
        }
        return number
    }

    private mutating func digits(_ field: CronField, maximum: Int) throws(ScheduleError) -> Int {
        let start = self.position
        var number = 0
        while let byte = self.peek(), byte >= 0x30, byte <= 0x39 {
            guard self.position - start < maximum else {
                throw self.error(
                    .range,
                    "the number in \(field.label) is too long; it has at most \(maximum) digits",
                    field,
                    at: start
                )
            }
            number = number * 10 + Int(byte - 0x30)
            self.position += 1
        }
        guard self.position > start else {
            let found = self.peek().map { "'\(Character(UnicodeScalar($0)))'" } ?? "nothing"
            throw self.error(.syntax, "\(field.label) needs a number here, there is \(found)", field)
        }
        return number
    }

    /// `/n`, if there is one.
    ///
    /// A step beyond the field leaves its first value only, as in cron; ``CronExpression/warnings()`` says so.
    private mutating func step(_ field: CronField, maximum: Int = 9999) throws(ScheduleError) -> Int? {
        guard self.take("/") else { return nil }
        let start = self.position
        let step = try self.digits(field, maximum: 4)
        guard (1...maximum).contains(step) else {
            throw self.error(
                .step,
                "a step of \(step) in \(field.label) is outside 1-\(maximum)",
                field,
                at: start
            )
        }
        return step
    }

    // MARK: Bytes

    private func peek() -> UInt8? { self.position < self.limit ? self.bytes[self.position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard self.peek() == UInt8(ascii: scalar) else { return false }
        self.position += 1
        return true
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a }

    private mutating func skipBlanks() {
        while self.position < self.bytes.count, self.isBlank(self.bytes[self.position]) { self.position += 1 }
    }

    private func error(
        _ code: ScheduleError.Code,
        _ message: String,
        _ field: CronField,
        at position: Int? = nil
    )
        -> ScheduleError
    {
        ScheduleError(code, "\(field.label): \(message)", position: position ?? self.position, field: field)
    }

    private func unexpected(_ field: CronField, after item: CronItem) -> ScheduleError {
        let found = self.peek().map { "'\(Character(UnicodeScalar($0)))'" } ?? "nothing"
        let hint =
            switch item {
            case .lastDay, .lastWorkday, .nearestWorkday, .last, .nth: "L, W and # take no ranges or steps"
            default: "list items are separated by commas"
            }
        return self.error(.syntax, "\(found) is not expected after \(item.text(in: field)); \(hint)", field)
    }
}

extension ScheduleError {
    static func unsatisfiable(position: Int?) -> ScheduleError {
        ScheduleError(
            .unsatisfiable,
            "no day until the end of 2199 matches; check day of month against month and year",
            position: position,
            field: .dayOfMonth
        )
    }
}
