// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Reasons with their codes, in the words of people.
enum ReasonText {
    static func json(_ reason: ExecutionReason?) -> JSON {
        guard let reason else { return .null }
        let text = reason.text
        return .object([
            .init("code", reason.rawValue),
            .init("text", JSON.object([.init("zh", text.zh), .init("en", text.en)])),
        ])
    }
}
