// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// A change of what the clocks of a time zone show.
    static let clockChange: KeyValuePairs<String, Schema> = [
        "at": .timestamp,
        "offset_before": Schema.integer.about("Seconds east of Greenwich."),
        "offset_after": .integer,
    ]
}
