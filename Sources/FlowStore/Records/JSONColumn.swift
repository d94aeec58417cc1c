// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Structured values in one text column: definitions, snapshots, parameters, tags.
///
/// Keys are sorted, so that equal values are equal text.
enum JSONColumn {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Numbers are written without an encoder, to the same text.
    static func encode(_ numbers: [Int64]) throws -> String {
        "[" + numbers.map { String($0) }.joined(separator: ",") + "]"
    }

    static func decode<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw StoreFault.unreadable("\(type) (\(error))")
        }
    }

    /// Most runs have no parameters: those take neither an encoder nor a decoder.
    static func encodeParameters(_ parameters: [String: String]) throws -> String? {
        parameters.isEmpty ? nil : try self.encode(parameters)
    }

    static func decodeParameters(_ text: String?) throws -> [String: String] {
        guard let text else { return [:] }
        return try self.decode(text)
    }
}
