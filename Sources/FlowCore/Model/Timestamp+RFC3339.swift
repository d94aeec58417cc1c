// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
    /// RFC 3339 text (RFC 3339, 5.6) with milliseconds.
    ///
    /// - Parameter offsetSeconds: the local offset from UTC to write; 0 writes `Z`.
    /// - Returns: text such as `2026-11-21T18:00:00.000+08:00`.
    package func rfc3339(offsetSeconds: Int = 0) -> String {
        // The form has four digits for the year; what lies outside is written as the end that it lies beyond.
        let instant = min(max(self.milliseconds, -62_135_596_800_000), 253_402_300_799_999)
        let local = instant + Int64(offsetSeconds) * 1000
        let days = local.flooredDivision(by: 86_400_000)
        let inDay = Int(local - days * 86_400_000)
        let (year, month, day) = CivilDate.fromDays(Int(days))
        var text = ""
        text.reserveCapacity(29)
        text += Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(day, 2) + "T"
        text += Self.padded(inDay / 3_600_000, 2) + ":" + Self.padded(inDay / 60_000 % 60, 2) + ":"
        text += Self.padded(inDay / 1000 % 60, 2) + "." + Self.padded(inDay % 1000, 3)
        guard offsetSeconds != 0 else { return text + "Z" }
        let magnitude = abs(offsetSeconds)
        return text + (offsetSeconds < 0 ? "-" : "+") + Self.padded(magnitude / 3600, 2) + ":"
            + Self.padded(magnitude / 60 % 60, 2)
    }

    /// Reads RFC 3339 text with `Z` or a numeric offset (C-30: a time without a zone is refused).
    ///
    /// - Returns: nil when the text is not RFC 3339 or names a date that does not exist.
    package init?(rfc3339 text: String) {
        var scanner = Scanner(Array(text.utf8))
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), scanner.take("-"),
            let day = scanner.digits(2), scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let hour = scanner.digits(2), scanner.take(":"), let minute = scanner.digits(2), scanner.take(":"),
            let second = scanner.digits(2)
        else { return nil }
        var millisecond = 0
        if scanner.take(".") {
            guard let fraction = scanner.fraction() else { return nil }
            millisecond = fraction
        }
        var offset = 0
        if !(scanner.take("Z") || scanner.take("z")) {
            let sign: Int
            if scanner.take("+") { sign = 1 } else if scanner.take("-") { sign = -1 } else { return nil }
            guard let hours = scanner.digits(2), scanner.take(":"), let minutes = scanner.digits(2), hours < 24,
                minutes < 60
            else { return nil }
            offset = sign * (hours * 3600 + minutes * 60)
        }
        guard scanner.isAtEnd, (1...12).contains(month), day >= 1,
            day <= CivilDate.daysInMonth(year: year, month: month), hour < 24, minute < 60, second < 60
        else { return nil }
        let days = Int64(CivilDate.days(year: year, month: month, day: day))
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
        self.init(milliseconds: seconds * 1000 + Int64(millisecond))
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { self.position == self.bytes.count }

        mutating func take(_ character: Character) -> Bool {
            guard self.position < self.bytes.count, self.bytes[self.position] == character.asciiValue else {
                return false
            }
            self.position += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int? {
            guard self.position + count <= self.bytes.count else { return nil }
            var value = 0
            for byte in self.bytes[self.position..<self.position + count] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            self.position += count
            return value
        }

        /// The first three fraction digits as milliseconds; further digits are cut off.
        mutating func fraction() -> Int? {
            var value = 0
            var count = 0
            while self.position < self.bytes.count, case let byte = self.bytes[self.position], byte >= 0x30,
                byte <= 0x39
            {
                if count < 3 { value = value * 10 + Int(byte - 0x30) }
                count += 1
                self.position += 1
            }
            guard count > 0 else { return nil }
            for _ in 0..<max(0, 3 - count) { value *= 10 }
            return value
        }
    }
}
