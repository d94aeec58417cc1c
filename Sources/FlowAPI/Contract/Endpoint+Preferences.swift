// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    /// What the console's readers have chosen for their own eyes.
    var preferenceContract: Contract? {
        switch self {
        case .getPreferences:
            Contract(.session, "Gives the own preferences of the console").answers(.answer(Self.preferences))
        case .changePreferences:
            Contract(.session, "Keeps own preferences of the console; others stay")
                .about("null forgets one. At most \(Preference.limit) are kept, and only the console reads them.")
                .body(
                    .body(required: [
                        "values": Schema.dictionary(Schema.string(upTo: Preference.valueLimit).orNull).about(
                            "By name: small letters, underscores, and points between words."
                        )
                    ]),
                    examples: ["columns": ["values": ["jobs.columns": JSON.string("groups,next")].json].json]
                )
                .answers(.answer(Self.preferences))
                .refuses(.conflict)
        default: nil
        }
    }

    private static let preferences: KeyValuePairs<String, Schema> = ["values": .dictionary(.string)]
}
