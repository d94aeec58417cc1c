// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the server said once for all, as the ledger writes it: JSON that is only ever read and written as a whole.
enum StandingColumn {
    static func encode(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    /// What can't be read is as good as nothing: the next welcome says it again.
    static func decode<Value: Decodable>(_ text: String?) -> Value? {
        text.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    }
}
