// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// The groups that a host's own configuration names, for its first start (S1-FR-3.2): the command's options, else the environment,
/// else a file.
package enum OwnGroups {
    package static let variable = "QUARTZFLOW_GROUP"
    /// In the data directory: a name or number a line, `#` begins a remark.
    package static let file = "groups"

    /// - Throws: `CoreError` for a file that can't be read, and for names that can't be of groups.
    package static func read(
        said: [String],
        environment: [String: String],
        dataDirectory: String
    ) throws -> [String] {
        let lines = try OwnLines.read(
            said: said,
            variable: self.variable,
            file: self.file,
            form: "a group's name or number",
            environment: environment,
            dataDirectory: dataDirectory
        )
        let found = lines.map { $0.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces) }
        guard found.count <= Group.namesLimit else {
            throw CoreError(.invalid, "a host names at most \(Group.namesLimit) groups")
        }
        // The server knows the rules; this only tells a file that is no list of names.
        for name in found where name.unicodeScalars.count > 64 || name.unicodeScalars.contains(where: { $0.value < 32 })
        {
            throw CoreError(.invalid, "'\(name.prefix(64))' is no name of a group")
        }
        return found
    }
}
