// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Logging

/// Log lines as JSON objects, one a line, for collectors: `time`, `level`, `logger`, `message`, and the metadata under `data`.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel = Logger.Level.notice
    var metadata: Logger.Metadata = [:]

    init(label: String) {
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var data = self.metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        if let error = event.error { data["error"] = "\(error)" }
        let entry = Entry(
            time: Timestamp(Date()).rfc3339(),
            level: event.level.rawValue,
            logger: self.label,
            message: "\(event.message)",
            data: data.isEmpty ? nil : data
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var bytes = try? encoder.encode(entry) else { return }
        bytes.append(UInt8(ascii: "\n"))
        // One call, so that lines of two threads don't mix; a log that can't be written must not end the server.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private struct Entry: Encodable {
        let time: String
        let level: String
        let logger: String
        let message: String
        let data: [String: String]?
    }
}
