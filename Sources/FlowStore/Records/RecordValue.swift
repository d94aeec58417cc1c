// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// A value as every database stores it.
///
/// Statements of all adapters take these, so that what a column holds is decided once, in `Records/`.
enum RecordValue: Hashable, Codable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
    /// 16 bytes that need no array of their own on the way to the database.
    case uuid(UUID)

    static func id(_ id: some FlowIdentifier) -> RecordValue { .uuid(id.uuid) }
    static func id(_ id: (some FlowIdentifier)?) -> RecordValue { id.map { .uuid($0.uuid) } ?? .null }
    static func agent(_ id: AgentID) -> RecordValue { .text(id.rawValue) }
    static func time(_ time: Timestamp) -> RecordValue { .integer(time.milliseconds) }
    static func time(_ time: Timestamp?) -> RecordValue { time.map { .integer($0.milliseconds) } ?? .null }
    static func flag(_ flag: Bool) -> RecordValue { .integer(flag ? 1 : 0) }
    static func number(_ number: Int) -> RecordValue { .integer(Int64(number)) }
    static func number(_ number: Int?) -> RecordValue { number.map { .integer(Int64($0)) } ?? .null }
    static func text(_ text: String?) -> RecordValue { text.map { .text($0) } ?? .null }
}
