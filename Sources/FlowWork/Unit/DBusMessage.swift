// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What is needed of the messages of D-Bus to ask a service manager for one thing.
enum DBusMessage {
    /// From its side; others are passed over.
    enum Incoming: Hashable {
        /// - Parameter values: texts and paths of the answer, as far as it has only these and numbers.
        case answer(serial: UInt32, values: [String])
        case failure(serial: UInt32, name: String, message: String)
        case signal(member: String, values: [String])
        case other
    }

    /// A message with more than this is none of ours.
    static let lengthLimit = 1 << 20
    private static let littleEndian = UInt8(ascii: "l")
    private static let headLength = 16
    private static let version: UInt8 = 1

    private enum Kind: UInt8 {
        case call = 1
        case answer = 2
        case failure = 3
        case signal = 4
    }

    private enum Field: UInt8 {
        case path = 1
        case interface = 2
        case member = 3
        case errorName = 4
        case replySerial = 5
        case destination = 6
        case sender = 7
        case signature = 8
        case descriptors = 9
    }

    /// A call of a method.
    ///
    /// - Parameter body: its arguments, of the types in `signature`.
    static func call(
        serial: UInt32,
        path: String,
        interface: String,
        member: String,
        destination: String,
        signature: String,
        body: DBusWriter
    ) -> [UInt8] {
        var writer = DBusWriter()
        for byte in [self.littleEndian, Kind.call.rawValue, 0, self.version] { writer.write(byte) }
        writer.write(UInt32(truncatingIfNeeded: body.bytes.count))
        writer.write(serial)
        let fields: [(Field, String, String)] = [
            (.path, "o", path), (.interface, "s", interface), (.member, "s", member),
            (.destination, "s", destination), (.signature, "g", signature),
        ]
        writer.array(alignment: 8) { writer in
            for (field, type, value) in fields {
                writer.align(8)
                writer.write(field.rawValue)
                writer.write(signature: type)
                if field == .signature { writer.write(signature: value) } else { writer.write(value) }
            }
        }
        writer.align(8)
        return writer.bytes + body.bytes
    }

    /// How long the message is that begins here.
    ///
    /// - Returns: nil until that can be said.
    /// - Throws: for what is no message, or too long for one.
    static func length(of bytes: ArraySlice<UInt8>) throws(WorkFailure) -> Int? {
        guard bytes.count >= self.headLength else { return nil }
        guard bytes.first == self.littleEndian, bytes[bytes.startIndex + 3] == self.version else {
            throw WorkFailure(.unstarted, "the service manager speaks another language than D-Bus, version 1")
        }
        var reader = DBusReader(bytes.prefix(self.headLength), from: 4)
        let body = Int(reader.number() ?? 0)
        reader = DBusReader(bytes.prefix(self.headLength), from: 12)
        let fields = Int(reader.number() ?? 0)
        let head = (self.headLength + fields + 7) / 8 * 8
        guard head + body <= self.lengthLimit else {
            throw WorkFailure(.unstarted, "the service manager sends a message of \(head + body) bytes")
        }
        return head + body
    }

    /// - Parameter bytes: exactly one message.
    static func read(_ bytes: ArraySlice<UInt8>) -> Incoming {
        var reader = DBusReader(bytes, from: 1)
        guard let kind = reader.byte().flatMap(Kind.init) else { return .other }
        reader = DBusReader(bytes, from: 12)
        guard let length = reader.number() else { return .other }
        let end = self.headLength + Int(length)
        var texts: [Field: String] = [:]
        var serial: UInt32 = 0
        while true {
            reader.align(8)
            guard reader.offset < end else { break }
            guard let field = reader.byte().flatMap(Field.init), let type = reader.signature() else { return .other }
            switch type {
            case "s", "o": texts[field] = reader.text()
            case "g": texts[field] = reader.signature()
            case "u": if let number = reader.number(), field == .replySerial { serial = number }
            default: return .other
            }
        }
        reader.align(8)
        let values = self.values(&reader, texts[.signature] ?? "")
        switch kind {
        case .call: return .other
        case .answer: return .answer(serial: serial, values: values)
        case .failure:
            return .failure(serial: serial, name: texts[.errorName] ?? "", message: values.first ?? "")
        case .signal: return .signal(member: texts[.member] ?? "", values: values)
        }
    }

    /// Texts of a body, up to the first value that is neither a text nor a number.
    private static func values(_ reader: inout DBusReader, _ signature: String) -> [String] {
        var values: [String] = []
        for type in signature {
            switch type {
            case "s", "o":
                guard let text = reader.text() else { return values }
                values.append(text)
            case "u": _ = reader.number()
            default: return values
            }
        }
        return values
    }
}
