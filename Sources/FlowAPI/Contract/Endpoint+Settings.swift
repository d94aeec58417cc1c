// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var settingsContract: Contract? {
        switch self {
        case .getSettings:
            Contract(.administration, "Lists the settings of the installation, and where each comes from")
                .about(
                    "The environment wins over the configuration file, that over what is set here (`database`), that over the "
                        + "default. A setting with `fixed_by` cannot be changed here."
                )
                .answers(Self.settingList)
        case .changeSettings:
            Contract(.administration, "Changes settings: all that are named, or none")
                .about(
                    "`null` is the default again. `If-Match` with the revision's tag refuses a change to what was changed meanwhile."
                )
                .header("If-Match", .string.about("The `ETag` of the list that was read.").example("\"3\""))
                .body(
                    .body(required: [
                        "values": .dictionary(.any).about("By key; a number, a text, or null.")
                    ]),
                    examples: [
                        "history": ["values": ["retention.days": JSON.integer(30)].json].json,
                        "default": ["values": ["jobs.default-timezone": JSON.null].json].json,
                    ]
                )
                .answers(Self.settingList)
                .refuses(.conflict, .preconditionFailed)
        default: nil
        }
    }

    private static let settingList = Schema.answer([
        "revision": .integer.about("Raised by every change; the tag in `ETag`."),
        "items": .array(
            .answer([
                "key": .string, "section": .string, "type": .choice(["integer", "choice", "timezone"]),
                "value": .either(.integer, .string), "default": .either(.integer, .string),
                "source": .choice(of: Settings.Source.self),
                "fixed_by": Schema.choice(["file", "environment"]).orNull.about("Who wins over what is set here."),
                "label": .text, "unit": Schema.choice(["s", "min", "h", "d", "MiB"]).orNull,
                "minimum": .integer.orNull, "maximum": .integer.orNull,
                "zero": .boolean.about("Whether 0 is possible too, and means for ever."),
                "choices": Schema.array(.string).orNull,
                "needs_restart": .boolean,
                "needs_session": .boolean.about("No API token changes it."),
                "updated_at": Schema.timestamp.orNull, "updated_by": .string.orNull,
            ])
        ),
    ])
}
