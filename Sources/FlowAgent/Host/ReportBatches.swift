// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// How many reports go to a server in one message.
enum ReportBatches {
    /// At most so many.
    ///
    /// A server makes one transaction of a message, and ids of one instant lie all over its tables: in transactions of 256
    /// reports of a burst it wrote 10 KB for each execution, in such of 1,500 a quarter of that.
    static let limit = 1500
    /// Bytes of what jobs wrote and handed on, so that a message stays below the cap of a frame.
    private static let byteLimit = 512 << 10

    /// The first reports, as many as one message takes; at least one.
    static func first(of reports: [Report]) -> [Report] {
        var room = Self.byteLimit
        let count = reports.prefix(Self.limit).prefix { report in
            defer { room -= report.weight }
            return room > 0
        }.count
        return Array(reports.prefix(max(1, count)))
    }
}

extension Report {
    /// Bytes of all that has no small bound.
    fileprivate var weight: Int {
        let output = self.inlineOutput.reduce(0) { $0 + $1.bytes.count }
        let outputs = self.outputs.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        let attempts = self.attempts.reduce(0) { $0 + ($1.detail?.utf8.count ?? 0) }
        return output + outputs + attempts + (self.detail?.utf8.count ?? 0)
    }
}
