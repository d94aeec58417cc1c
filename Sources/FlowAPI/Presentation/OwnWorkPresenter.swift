// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What the product did for itself, as the API shows it.
enum OwnWorkPresenter {
    static func json(_ work: OwnWork) -> JSON {
        .object([
            .init("kind", work.kind.rawValue),
            .init(
                "units",
                work.units.map { unit in
                    JSON.object([
                        .init("name", unit.name), .init("count", unit.count), .init("duration", unit.milliseconds),
                        .init("failures", unit.failures), .init("error", unit.error),
                        .init("error_text", TextPresenter.said(unit.error)),
                    ])
                }
            ),
        ])
    }

    static let schema = Schema.answer([
        "kind": .choice(of: OwnWork.Kind.self),
        "units": .array(
            .answer([
                "name": .string.about("What was worked on."), "count": .integer.about("Rows, objects or values."),
                "duration": .integer.about("Milliseconds, all steps together."),
                "failures": .integer.about("Steps that failed."),
                "error": Schema.string.orNull.about("Of the last step, when that failed."),
                "error_text": Schema.text.orNull,
            ])
        ),
    ]).orNull.about("What the server did for itself; null for any other run.")
}
