// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Values as D-Bus has them on the wire, little-endian (D-Bus specification, "Marshaling").
///
/// Each stands at a multiple of its own size from the beginning of the message.
struct DBusWriter {
    private(set) var bytes: [UInt8] = []

    mutating func align(_ size: Int) {
        while self.bytes.count % size != 0 { self.bytes.append(0) }
    }

    mutating func write(_ value: UInt8) { self.bytes.append(value) }

    mutating func write(_ value: UInt32) {
        self.align(4)
        self.append(UInt64(value), 4)
    }

    mutating func write(_ value: UInt64) {
        self.align(8)
        self.append(value, 8)
    }

    /// A string or the path of an object.
    mutating func write(_ text: String) {
        self.write(UInt32(truncatingIfNeeded: text.utf8.count))
        self.bytes += Array(text.utf8) + [0]
    }

    /// Types of values that follow.
    mutating func write(signature: String) {
        self.bytes += [UInt8(truncatingIfNeeded: signature.utf8.count)] + Array(signature.utf8) + [0]
    }

    /// An array, with the padding before its first element that does not count.
    ///
    /// - Parameter alignment: of its elements.
    mutating func array(alignment: Int, _ body: (inout DBusWriter) -> Void) {
        self.write(UInt32(0))
        let place = self.bytes.count - 4
        self.align(alignment)
        let start = self.bytes.count
        body(&self)
        let length = UInt32(truncatingIfNeeded: self.bytes.count - start)
        for index in 0..<4 { self.bytes[place + index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index))) }
    }

    private mutating func append(_ value: UInt64, _ count: Int) {
        for index in 0..<count { self.bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }
}

/// Reads what ``DBusWriter`` writes; nil for what is not there, or not as it should be.
struct DBusReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// - Parameter bytes: from the beginning of a message, by which values are aligned.
    init(_ bytes: some Collection<UInt8>, from position: Int = 0) {
        self.bytes = Array(bytes)[...]
        self.position = position
    }

    var isAtEnd: Bool { self.position >= self.bytes.count }
    var offset: Int { self.position }

    mutating func align(_ size: Int) { self.position = (self.position + size - 1) / size * size }

    mutating func byte() -> UInt8? {
        guard self.position < self.bytes.count else { return nil }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }

    mutating func number() -> UInt32? {
        self.align(4)
        guard self.position + 4 <= self.bytes.count else { return nil }
        defer { self.position += 4 }
        return (0..<4).reduce(0) { $0 | UInt32(self.bytes[self.position + $1]) << (8 * UInt32($1)) }
    }

    mutating func text() -> String? { self.number().flatMap { self.take(Int($0)) } }

    mutating func signature() -> String? { self.byte().flatMap { self.take(Int($0)) } }

    private mutating func take(_ count: Int) -> String? {
        guard self.position + count < self.bytes.count, self.bytes[self.position + count] == 0 else { return nil }
        defer { self.position += count + 1 }
        return String(decoding: self.bytes[self.position..<self.position + count], as: UTF8.self)
    }
}
