// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// What a host's own configuration says of it (S1-FR-3.2): the command's options, else the environment, else a file.
package enum OwnLabels {
    package static let variable = "QUARTZFLOW_LABELS"
    /// In the data directory: `NAME=VALUE` a line, `#` at its start makes it a remark.
    package static let file = "labels"

    /// - Throws: `CoreError` for a file that can't be read, and for what is no label.
    package static func read(
        said: [String: String],
        environment: [String: String],
        dataDirectory: String
    ) throws -> [String: String] {
        guard said.isEmpty else { return said }
        if let text = environment[self.variable] {
            return try self.parse(text.split(separator: ","), from: self.variable)
        }
        let path = dataDirectory + "/" + self.file
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CoreError(.invalid, "\(path) can't be read: a label NAME=VALUE a line, in UTF-8")
        }
        return try self.parse(text.split(whereSeparator: \.isNewline), from: path)
    }

    private static func parse(_ lines: [Substring], from place: String) throws -> [String: String] {
        var labels: [String: String] = [:]
        for line in lines.map({ $0.trimmingCharacters(in: .whitespaces) }) where !line.isEmpty && !line.hasPrefix("#") {
            guard let sign = line.firstIndex(of: "=") else {
                throw CoreError(.invalid, "\(place): '\(line.prefix(64))' is no label: write NAME=VALUE")
            }
            let (name, value) = (String(line[..<sign]), String(line[line.index(after: sign)...]))
            if let fault = HostLabels.fault(name: name, value: value) {
                throw CoreError(.invalid, "\(place): '\(line.prefix(64))' is no label: \(fault.english)")
            }
            guard labels.updateValue(value, forKey: name) == nil else {
                throw CoreError(.invalid, "\(place): the label '\(name)' is given twice")
            }
        }
        guard labels.count <= HostLabels.countLimit else {
            throw CoreError(.invalid, "\(place): at most \(HostLabels.countLimit) labels")
        }
        return labels
    }
}
