// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

import struct Foundation.Data

extension FlowIdentifier {
    /// The 16 bytes in network order, as messages have them.
    var data: Data { withUnsafeBytes(of: self.uuid.uuid) { Data($0) } }
}

/// Checks of single fields; each failure names the field's path.
///
/// The path is made only for a failure: it is a text of its own for each of a report's fields.
/// Numbers are bounded to where arithmetic on them cannot overflow: a peer must not be able to trap this process.
enum Fields {
    /// The years 1 to 9999.
    private static let instants: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
    /// Over 73,000 years of microseconds to either side; sums and differences of two stay far inside 64 bits.
    private static let clocks: ClosedRange<Int64> = -(1 << 61)...(1 << 61)

    static func identifier<ID: FlowIdentifier>(
        _ data: Data,
        _ field: @autoclosure () -> String
    ) throws(WireError) -> ID {
        guard let id = ID(bytes: data) else {
            throw WireError.invalid(field: field(), problem: "has \(data.count) bytes instead of the 16 of a UUID")
        }
        return id
    }

    static func identifiers<ID: FlowIdentifier>(_ list: [Data], _ field: String) throws(WireError) -> [ID] {
        var result: [ID] = []
        result.reserveCapacity(list.count)
        for data in list { result.append(try Self.identifier(data, field)) }
        return result
    }

    static func agent(_ text: String, _ field: @autoclosure () -> String) throws(WireError) -> AgentID {
        guard let id = AgentID(text) else {
            throw WireError.invalid(field: field(), problem: "is not an agent id (1 to 64 of A-Z a-z 0-9 . _ -)")
        }
        return id
    }

    static func instant(_ milliseconds: Int64, _ field: @autoclosure () -> String) throws(WireError) -> Timestamp {
        guard Self.instants.contains(milliseconds) else {
            throw WireError.invalid(field: field(), problem: "is outside the years 1 to 9999")
        }
        return Timestamp(milliseconds: milliseconds)
    }

    static func clock(_ microseconds: Int64, _ field: @autoclosure () -> String) throws(WireError) -> Int64 {
        guard Self.clocks.contains(microseconds) else {
            throw WireError.invalid(field: field(), problem: "is no reading of a clock")
        }
        return microseconds
    }

    /// A count, offset, version, sequence number or duration.
    static func count(_ value: Int64, _ field: @autoclosure () -> String) throws(WireError) -> Int64 {
        guard (0...(1 << 61)).contains(value) else {
            throw WireError.invalid(field: field(), problem: "is \(value); it must be 0 or more")
        }
        return value
    }

    static func count(_ value: Int32, _ field: @autoclosure () -> String) throws(WireError) -> Int {
        Int(try Self.count(Int64(value), field()))
    }

    /// A short text such as a host name.
    static func label(
        _ text: String,
        _ field: @autoclosure () -> String,
        minimum: Int = 0
    ) throws(WireError) -> String {
        guard (minimum...1024).contains(text.utf8.count) else {
            throw WireError.invalid(
                field: field(),
                problem: "has \(text.utf8.count) bytes; \(minimum) to 1024 are allowed"
            )
        }
        return text
    }

    /// A number that S1 sends as text.
    static func number(_ text: String, _ field: @autoclosure () -> String) throws(WireError) -> Int64 {
        guard let value = Int64(text), value >= 0 else {
            throw WireError.invalid(field: field(), problem: "is '\(text.prefix(32))', not a number")
        }
        return value
    }

    static func unknown(_ value: Int, _ field: String) -> WireError {
        WireError.notUnderstood(field: field, value: "\(value)")
    }

    /// Reads a part of something that is refused alone when a newer peer says in it what this version does not know.
    ///
    /// - Parameters:
    ///   - gaps: what was not understood, in words; gets one more when the part was not.
    ///   - placeholder: stands for the part then, and must never be acted on.
    static func understood<Value>(
        _ gaps: inout [String],
        or placeholder: Value,
        _ read: () throws(WireError) -> Value
    ) throws(WireError) -> Value {
        do {
            return try read()
        } catch {
            guard case .notUnderstood = error else { throw error }
            gaps.append(error.description)
            return placeholder
        }
    }
}
