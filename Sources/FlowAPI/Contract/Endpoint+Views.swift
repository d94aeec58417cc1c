// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    /// Filters of the console's lists that their owners have named.
    var viewContract: Contract? {
        switch self {
        case .listViews:
            Contract(.session, "Lists the own views of the console's lists")
                .answers(.answer(["total": .integer, "items": .array(.answer(Self.view))]))
        case .keepView:
            Contract(.session, "Keeps a view; one of the same list and name says this from now on")
                .about(
                    "200 when there was one of that name, 201 for a new one; of each list at most \(SavedView.limit)."
                )
                .body(
                    .body(required: [
                        "list": .choice(of: SavedView.List.self),
                        "name": .string(upTo: SavedView.nameLimit * 4, from: 1),
                        "query": Schema.dictionary(.string(upTo: SavedView.valueLimit))
                            .about("Parameters of the list's address, by name."),
                    ]),
                    examples: [
                        "failed": [
                            "list": JSON.string("executions"), "name": .string("went wrong"),
                            "query": ["status": JSON.string("4,5")].json,
                        ].json
                    ]
                )
                .answers(.answer(Self.view))
                .mayAnswer(.created)
                .refuses(.conflict)
        case .deleteView: Contract(.session, "Forgets one of the own views")
        default: nil
        }
    }

    private static let view: KeyValuePairs<String, Schema> = [
        "id": .integer, "list": .choice(of: SavedView.List.self), "name": .string,
        "query": .dictionary(.string), "updated_at": .timestamp,
    ]
}
