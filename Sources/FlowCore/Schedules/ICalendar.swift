// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Reads the events of an iCalendar file (RFC 5545) as the times of a calendar.
///
/// Holidays are whole days, once or every year; maintenance windows have a beginning and an end with a zone. What says more
/// than that is refused with its line, because a rule that is half understood gives wrong days and nobody sees it.
package struct ICalendar: Sendable {
    package struct Fault: Hashable, Sendable {
        /// From 1.
        package let line: Int
        package let text: Wording

        /// ``text`` in English.
        package var message: String { self.text.english }
    }

    package private(set) var entries: [CalendarEntry] = []
    package private(set) var faults: [Fault] = []

    /// More faults than these are not told.
    package static let faultLimit = 20
    /// Characters of a file.
    package static let textLimit = 512 << 10

    private var event: ICalendarEvent?
    /// Components inside an event, such as an alarm, and those that are no events.
    private var depth = 0
    private let zones: any ZoneSource

    package init(_ text: String) { self.init(text, zones: ZoneDatabase.shared) }

    package init(_ text: String, zones: any ZoneSource) {
        self.zones = zones
        var isCalendar = false
        var last = 1
        for (number, line) in Self.unfolded(text) {
            last = number
            guard self.faults.count < Self.faultLimit else { return }
            guard let property = ICalendarProperty(line) else {
                self.refuse(number, "'\(line.prefix(40))' is no line of an iCalendar file (NAME:value)")
                self.event?.isRefused = true
                continue
            }
            if property.name == "BEGIN", property.value.uppercased() == "VCALENDAR" { isCalendar = true }
            guard isCalendar else {
                self.refuse(number, "an iCalendar file begins with BEGIN:VCALENDAR")
                return
            }
            self.take(property, number)
        }
        if !isCalendar { self.refuse(last, "an iCalendar file begins with BEGIN:VCALENDAR") }
        if let event { self.refuse(event.line, "this event has no END:VEVENT; the file is cut off") }
    }

    private mutating func take(_ property: ICalendarProperty, _ number: Int) {
        let component = property.value.uppercased()
        switch (property.name, component) {
        case ("BEGIN", "VEVENT") where self.event == nil: self.event = ICalendarEvent(line: number)
        case ("END", "VEVENT"):
            guard let event, self.depth == 0 else { return self.refuse(number, "END:VEVENT without its BEGIN") }
            self.event = nil
            self.close(event)
        case ("BEGIN", _) where self.event != nil: self.depth += 1
        case ("END", _) where self.event != nil: self.depth = max(0, self.depth - 1)
        default:
            guard self.depth == 0, var event, !event.isRefused else { return }
            do {
                try event.take(property, number, zones: self.zones)
                self.event = event
            } catch {
                // One fault for an event: what follows from it would only repeat it.
                self.refuse(number, error.message)
                event.isRefused = true
                self.event = event
            }
        }
    }

    private mutating func close(_ event: ICalendarEvent) {
        guard !event.isRefused, !event.isCancelled else { return }
        do {
            let entries = try event.entries()
            guard self.entries.count + entries.count <= HolidayCalendar.entryLimit else {
                self.refuse(event.line, "a calendar has at most \(HolidayCalendar.entryLimit) entries")
                return
            }
            self.entries += entries
        } catch {
            self.refuse(error.line ?? event.line, error.message)
        }
    }

    private mutating func refuse(_ line: Int, _ message: Wording) {
        guard self.faults.count < Self.faultLimit else { return }
        self.faults.append(Fault(line: line, text: message))
    }

    /// Lines with those that continue them (RFC 5545, 3.1), and the number of the first of each.
    private static func unfolded(_ text: String) -> [(Int, String)] {
        var lines: [(Int, String)] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if let first = line.first, first == " " || first == "\t", !lines.isEmpty {
                lines[lines.count - 1].1 += line.dropFirst()
            } else if !line.isEmpty {
                // A byte order mark says nothing here.
                lines.append((index + 1, line.first == "\u{FEFF}" ? String(line.dropFirst()) : String(line)))
            }
        }
        return lines
    }
}

/// One line: a name, parameters and a value.
struct ICalendarProperty {
    let name: String
    let parameters: [String: String]
    let value: String

    init?(_ line: String) {
        // A colon inside quotes belongs to a parameter.
        var isQuoted = false
        guard
            let colon = line.firstIndex(where: { character in
                if character == "\"" { isQuoted.toggle() }
                return character == ":" && !isQuoted
            })
        else { return nil }
        let parts = line[..<colon].split(separator: ";", omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty,
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else { return nil }
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else { return nil }
            parameters[sides[0].uppercased()] = sides[1].filter { $0 != "\"" }
        }
        self.name = name.uppercased()
        self.parameters = parameters
        self.value = String(line[line.index(after: colon)...])
    }

    /// The value as a text (RFC 5545, 3.3.11).
    var text: String {
        var text = ""
        var isEscaped = false
        for character in self.value {
            if isEscaped {
                text.append(character == "n" || character == "N" ? " " : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                text.append(character)
            }
        }
        return text
    }
}
