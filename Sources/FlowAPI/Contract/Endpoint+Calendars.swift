// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    private static let calendar: KeyValuePairs<String, Schema> = [
        "name": .string, "description": .string,
        "revision": .integer.about("Grows with each change of the entries."), "entry_count": .integer,
        "created_at": .timestamp, "updated_at": .timestamp, "updated_by": .string.orNull,
    ]

    private static let calendarEntries = Schema.array(
        .answer([
            "name": .string, "from": .string, "to": .string.about("The last day, or an instant that is excluded."),
            "yearly": .boolean,
        ])
    )

    /// Holidays and maintenance windows.
    var calendarContract: Contract? {
        switch self {
        case .listCalendars:
            Contract(.tasks, "Lists calendars")
                .answers(.answer(["total": .integer, "items": .array(.answer(Self.calendar))]))
        case .getCalendar:
            Contract(.tasks, "Shows a calendar's times, and the tasks that keep to it")
                .answers(
                    .answer(
                        Self.calendar,
                        and: [
                            "entries": Self.calendarEntries,
                            "tasks": .array(.answer(["id": .integer, "name": .string])),
                        ]
                    )
                )
        case .setCalendar:
            Contract(.tasks, "Makes a calendar, or changes it and the plans of its tasks")
                .body(
                    .body(
                        required: [:],
                        optional: [
                            "description": .string,
                            "entries": .array(
                                .body(
                                    required: ["name": .string, "from": .string],
                                    optional: [
                                        "to": .string.about("The last day, or an instant that is excluded."),
                                        "yearly": .boolean.byDefault(false),
                                    ]
                                )
                            ).about("In place of those there are; without them and 'icalendar' they stay."),
                            "icalendar": .string.about("Text of an iCalendar file, in place of 'entries'."),
                            "revision": .integer.about("The one that was seen; another one is a conflict."),
                        ]
                    ),
                    examples: [
                        "days": .object([
                            .init("description", "Public holidays"),
                            .init(
                                "entries",
                                [
                                    JSON.object([
                                        .init("name", "National Day"), .init("from", "2026-10-01"),
                                        .init("to", "2026-10-07"),
                                    ]),
                                    JSON.object([
                                        .init("name", "New Year"), .init("from", "2026-01-01"), .init("yearly", true),
                                    ]),
                                ]
                            ),
                        ])
                    ]
                )
                .answers(
                    .answer(
                        Self.calendar,
                        and: [
                            "entries": Self.calendarEntries,
                            "renewed_tasks": .integer.about("Tasks that have a new version now."),
                        ]
                    )
                ).refuses(.conflict)
        case .deleteCalendar: Contract(.tasks, "Deletes a calendar that no task keeps to").refuses(.conflict)
        default: nil
        }
    }
}
