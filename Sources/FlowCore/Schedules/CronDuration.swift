// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The durations of `@every`: Go's notation (`1h30m`, `1.5h`, `90s`) and `d` for 24 hours.
enum CronDuration {
    static let minimum: Int64 = 1000
    static let maximum: Int64 = 366 * 86_400_000

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Milliseconds of a duration between one second and 366 days.
    ///
    /// - Parameters:
    ///   - text: the bytes after `@every`.
    ///   - offset: where `text` starts in what the user wrote, for the positions of errors.
    /// - Returns: the period.
    /// - Throws: ``ScheduleError/Code/duration``.
    static func parse(_ text: ArraySlice<UInt8>, offset: Int) throws(ScheduleError) -> Int64 {
        var total: Int64 = 0
        var position = text.startIndex
        func fail(_ message: String, at index: Int) -> ScheduleError {
            ScheduleError(.duration, message, position: offset + index - text.startIndex)
        }
        guard !text.isEmpty else {
            throw fail("'@every' needs a duration; write for example '@every 1h30m'", at: position)
        }
        while position < text.endIndex {
            let start = position
            var digits: Int64 = 0
            var scale: Int64 = 1
            var digitCount = 0
            var pointSeen = false
            while position < text.endIndex {
                let byte = text[position]
                if byte == UInt8(ascii: "."), !pointSeen {
                    pointSeen = true
                } else if byte >= 0x30, byte <= 0x39 {
                    digitCount += 1
                    guard digitCount <= 12 else {
                        throw fail("the number is too long; use at most 12 digits", at: start)
                    }
                    digits = digits * 10 + Int64(byte - 0x30)
                    if pointSeen { scale *= 10 }
                } else {
                    break
                }
                position += 1
            }
            guard digitCount > 0 else { throw fail("a duration is numbers with units, such as '1h30m'", at: start) }
            let unitStart = position
            while position < text.endIndex, text[position] >= 0x61, text[position] <= 0x7a { position += 1 }
            let name = String(decoding: text[unitStart..<position], as: UTF8.self)
            guard let unit = self.units.first(where: { $0.name == name }) else {
                throw fail("a duration needs the unit d, h, m, s or ms after each number", at: unitStart)
            }
            // Twelve digits of days do not fit into 64 bits.
            let (product, overflow) = digits.multipliedReportingOverflow(by: unit.milliseconds)
            let (sum, overflowed) = total.addingReportingOverflow(product / scale)
            guard !overflow, !overflowed, sum <= self.maximum else {
                throw fail("the period is longer than 366 days; use a shorter one", at: start)
            }
            guard product % scale == 0 else { throw fail("a period is a whole number of milliseconds", at: start) }
            total = sum
        }
        guard total >= self.minimum else {
            throw fail("the period is shorter than one second; use '@every 1s' or more", at: text.startIndex)
        }
        return total
    }

    /// The shortest notation, such as `1h30m`.
    static func text(milliseconds: Int64) -> String {
        var rest = milliseconds
        var text = ""
        for unit in self.units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
