// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Why the text of a schedule was refused.
package struct ScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of refusal: a bounded set, fit for metric labels and API error codes.
    package enum Code: String, Codable, Sendable, CaseIterable {
        case empty
        case tooLong = "too_long"
        case notASCII = "not_ascii"
        case syntax
        case fieldCount = "field_count"
        case range
        case step
        case unknownName = "unknown_name"
        case unknownMacro = "unknown_macro"
        case tooManyItems = "too_many_items"
        case duration
        case needsAnchor = "needs_anchor"
        case unsatisfiable
        case unknownZone = "unknown_zone"
    }

    package var code: Code
    /// One English sentence for people: what is wrong and what to write instead.
    package var message: String
    /// Byte offset in the text that was given; nil when the error is about no one place.
    package var position: Int?
    /// The field the error is in.
    package var field: CronField?

    package init(_ code: Code, _ message: String, position: Int? = nil, field: CronField? = nil) {
        self.code = code
        self.message = message
        self.position = position
        self.field = field
    }

    package var description: String {
        guard let position else { return self.message }
        return "\(self.message) (at position \(position))"
    }
}
