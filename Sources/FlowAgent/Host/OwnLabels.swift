// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The labels that a host's own configuration gives it (S1-FR-3.2): the command's options, else the environment, else a file.
package enum OwnLabels {
    package static let variable = "QUARTZFLOW_LABELS"
    /// In the data directory: `NAME=VALUE` a line, `#` at its start makes it a remark.
    package static let file = "labels"

    /// - Returns: as they are written, `NAME=VALUE` each.
    /// - Throws: `CoreError` for a file that can't be read.
    package static func read(
        said: [String],
        environment: [String: String],
        dataDirectory: String
    ) throws -> [String] {
        try OwnLines.read(
            said: said,
            variable: self.variable,
            file: self.file,
            form: "a label NAME=VALUE",
            environment: environment,
            dataDirectory: dataDirectory
        )
    }
}
