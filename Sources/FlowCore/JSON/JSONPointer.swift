// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Names a place in a JSON value (RFC 6901): `/repository/full_name`, `/commits/0/id`.
package struct JSONPointer: Hashable, Sendable {
    package let text: String
    private let steps: [String]

    package static let limit = 512

    /// - Returns: nil for what is no pointer: one begins with `/` (or is empty), and after `~` stands 0 or 1.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.limit, text.isEmpty || text.utf8.first == UInt8(ascii: "/") else { return nil }
        var steps: [String] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            var step: [UInt8] = []
            var bytes = part.utf8.makeIterator()
            while let byte = bytes.next() {
                guard byte == UInt8(ascii: "~") else {
                    step.append(byte)
                    continue
                }
                switch bytes.next() {
                case UInt8(ascii: "0"): step.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): step.append(UInt8(ascii: "/"))
                default: return nil
                }
            }
            steps.append(String(decoding: step, as: UTF8.self))
        }
        self.text = text
        self.steps = steps
    }

    /// - Returns: nil where nothing stands.
    package func find(in value: JSON) -> JSON? {
        var value = value
        for step in self.steps {
            switch value {
            case .object:
                guard let member = value[step] else { return nil }
                value = member
            case .array(let elements):
                guard let index = Self.index(step), index < elements.count else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// Digits without a leading zero (RFC 6901, 4).
    private static func index(_ step: String) -> Int? {
        guard (1...9).contains(step.utf8.count), step.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            step == "0" || step.utf8.first != 0x30
        else { return nil }
        return Int(step)
    }
}

extension JSONPointer: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let pointer = JSONPointer(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a JSON pointer")
        }
        self = pointer
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }
}
