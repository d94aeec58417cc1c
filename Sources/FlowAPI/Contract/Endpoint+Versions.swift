// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

extension Endpoint {
    var versionContract: Contract? {
        switch self {
        case .listVersions:
            Contract(.tasks, "Lists the versions of a task that are kept, the newest first").paged
                .answersPage(of: .answer(Self.versionFields))
        case .getVersion:
            Contract(.tasks, "Shows what a version of a task said")
                .answers(
                    .answer(
                        Self.versionFields,
                        and: [
                            "definition": Schema.any.orNull.about(
                                "As a task is written; null when an older version of QuartzFlow stored it, without all of it."
                            )
                        ]
                    )
                )
        case .restoreVersion:
            Contract(.tasks, "Makes a task say again what a version of it said, as a new version")
                .about("Whether the task is enabled stays as it is. The newest version is already what the task says.")
                .header("If-Match", .string.about("The ETag you have seen; another version is a 412."))
                .answers(.reference("Task"))
                .refuses(.conflict, .preconditionFailed)
        default: nil
        }
    }

    private static let versionFields: KeyValuePairs<String, Schema> = [
        "version": .integer, "created_at": .timestamp,
        "created_by": Schema.string.orNull.about("Null when an older version of QuartzFlow stored it."),
        "status": .integer(0...1), "restorable": .boolean,
        "changed": .array(.string).orNull.about(
            "Fields that differ from the version before; null when that is not known."
        ),
    ]
}
