// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Quartz' cron expressions, whose days of the week begin with 1 on Sunday.
enum QuartzCron {
    /// - Returns: the same in the words of this product; nil where the fields are not Quartz' six or seven.
    static func translated(_ text: String) -> String? {
        var fields = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard fields.count == 6 || fields.count == 7 else { return nil }
        if fields.count == 7, fields[6] == "*" || fields[6] == "?" { fields.removeLast() }
        guard let weekday = self.weekday(fields[5]) else { return nil }
        fields[5] = weekday
        if fields[3] == "?" { fields[3] = "*" }
        if fields[5] == "?" { fields[5] = "*" }
        // A second of 0 goes without saying.
        if fields.count == 6, fields[0] == "0" { fields.removeFirst() }
        return fields.joined(separator: " ")
    }

    private static let names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

    /// Numbers become names; those behind `/` and `#` count something else and stay.
    private static func weekday(_ field: String) -> String? {
        var parts: [String] = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let head = part.prefix { $0 != "/" && $0 != "#" }
            let tail = part.dropFirst(head.count)
            let isLast = head.count > 1 && head.hasSuffix("L")
            var ends: [String] = []
            for end in (isLast ? head.dropLast() : head).split(separator: "-", omittingEmptySubsequences: false) {
                guard let number = Int(end) else {
                    ends.append(end == "L" ? "SAT" : String(end))
                    continue
                }
                guard (1...7).contains(number) else { return nil }
                ends.append(self.names[number - 1])
            }
            // From a day on to the end of the week, which is a Saturday there.
            if tail.hasPrefix("/"), ends.count == 1, ends[0] != "*" { ends.append("SAT") }
            // A range over the end of the week: SUN is 0 here, and nothing comes before it.
            parts.append(ends.joined(separator: "-") + (isLast ? "L" : "") + tail)
        }
        return parts.joined(separator: ",")
    }
}
