// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// What a host's own configuration names, one thing after the other: the command's options, else the environment, else the
/// lines of a file in the data directory.
enum OwnLines {
    /// - Parameters:
    ///   - variable: of the environment, parted by commas.
    ///   - form: what a line has to be, for whom the file can't be read.
    /// - Returns: without the spaces around each, and without empty ones and those that begin with `#`.
    /// - Throws: `CoreError` for a file that can't be read.
    static func read(
        said: [String],
        variable: String,
        file: String,
        form: String,
        environment: [String: String],
        dataDirectory: String
    ) throws -> [String] {
        var lines = said
        if lines.isEmpty, let text = environment[variable] { lines = text.split(separator: ",").map(String.init) }
        let path = dataDirectory + "/" + file
        if lines.isEmpty, FileManager.default.fileExists(atPath: path) {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw CoreError(.invalid, "\(path) can't be read: \(form) a line, in UTF-8")
            }
            lines = text.split(whereSeparator: \.isNewline).map(String.init)
        }
        return lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }
}
