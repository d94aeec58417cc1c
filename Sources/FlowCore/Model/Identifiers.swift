// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// A 128-bit identifier whose textual form is a UUID (RFC 9562).
package protocol FlowIdentifier: Hashable, Comparable, Sendable, Codable, CustomStringConvertible,
    LosslessStringConvertible
{
    var uuid: UUID { get }
    init(uuid: UUID)
}

extension FlowIdentifier {
    package var description: String { self.uuid.uuidString.lowercased() }

    package init?(_ description: String) {
        guard description.utf8.count == 36, let uuid = UUID(uuidString: description) else { return nil }
        self.init(uuid: uuid)
    }

    /// The 16 bytes in network order.
    package var bytes: [UInt8] { withUnsafeBytes(of: self.uuid.uuid) { Array($0) } }

    /// - Returns: nil unless there are exactly 16 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var raw: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &raw) { $0.copyBytes(from: bytes) }
        self.init(uuid: UUID(uuid: raw))
    }

    /// The bits in network order, as two numbers: what is compared and hashed, without a byte array.
    package var words: (high: UInt64, low: UInt64) {
        withUnsafeBytes(of: self.uuid.uuid) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.words == rhs.words }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.words < rhs.words }

    package func hash(into hasher: inout Hasher) {
        let words = self.words
        hasher.combine(words.high)
        hasher.combine(words.low)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a UUID")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}

/// Identifies a job for ever: a job re-created under an old name has a new uid (`semantics.md` 1).
package struct JobUID: FlowIdentifier {
    package let uuid: UUID
    package init(uuid: UUID) { self.uuid = uuid }
}

/// Identifies one execution, which is one fire on one agent.
///
/// Derived by ``DeterministicID``, never random.
package struct ExecutionID: FlowIdentifier {
    package let uuid: UUID
    package init(uuid: UUID) { self.uuid = uuid }
}

/// Identifies a run: what one fire or trigger started on all its targets.
package struct RunID: FlowIdentifier {
    package let uuid: UUID
    package init(uuid: UUID) { self.uuid = uuid }
}

/// The number people and the REST API use for a job (`/tasks/{id}`).
package typealias JobID = Int64

/// The number people and the REST API use for a host group.
package typealias GroupID = Int64

/// The number of a console or API user.
package typealias UserID = Int64

/// Identifies an agent and is bound to its certificate (R14).
///
/// 1 to 64 characters of `[A-Za-z0-9._-]`.
package struct AgentID: Hashable, Comparable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
    package let rawValue: String

    /// - Returns: nil when the text is empty, too long or has another character.
    package init?(rawValue: String) {
        guard (1...64).contains(rawValue.utf8.count),
            rawValue.utf8.allSatisfy({ byte in
                (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
                    || byte == 0x2e || byte == 0x5f || byte == 0x2d
            })
        else { return nil }
        self.rawValue = rawValue
    }

    package init?(_ text: String) { self.init(rawValue: text) }

    package var description: String { self.rawValue }

    package static func < (lhs: AgentID, rhs: AgentID) -> Bool { lhs.rawValue < rhs.rawValue }
}
