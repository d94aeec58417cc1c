// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The Chinese of what this program says, as a `Catalogue` reads it; what the API refuses is elsewhere.
enum ChineseServer {
    static let all = [
        Self.program,
        Self.start,
        Self.host,
    ]
}
