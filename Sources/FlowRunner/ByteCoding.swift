// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Appends little-endian integers and length-prefixed bytes: the agent's own formats on disk and to its runner.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    static func with(_ body: (inout ByteWriter) -> Void) -> ByteWriter {
        var writer = ByteWriter()
        body(&writer)
        return writer
    }

    package mutating func write(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { self.bytes.append(contentsOf: $0) }
    }

    package mutating func write(counted content: some Collection<UInt8>) {
        self.write(UInt32(truncatingIfNeeded: content.count))
        self.bytes.append(contentsOf: content)
    }

    package mutating func write(counted text: String) {
        self.write(counted: text.utf8)
    }

    /// Overwrites four bytes at `index`, for lengths that are known only afterwards.
    package mutating func patch(_ value: UInt32, at index: Int) {
        withUnsafeBytes(of: value.littleEndian) { source in
            for offset in 0..<4 { self.bytes[index + offset] = source[offset] }
        }
    }

    package mutating func removeFirst(_ count: Int) { self.bytes.removeFirst(count) }

    package mutating func removeAll() { self.bytes.removeAll(keepingCapacity: true) }
}

/// Reads what ``ByteWriter`` wrote; nil where bytes are missing.
package struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    package init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.index = bytes.startIndex
    }

    package var remaining: Int { self.bytes.endIndex - self.index }

    package mutating func read<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
        let size = MemoryLayout<Value>.size
        guard self.remaining >= size else { return nil }
        var value: Value = 0
        withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: self.bytes[self.index..<self.index + size]) }
        self.index += size
        return Value(littleEndian: value)
    }

    package mutating func readCounted() -> [UInt8]? {
        let start = self.index
        guard let count = self.read(UInt32.self), self.remaining >= Int(count) else {
            self.index = start
            return nil
        }
        defer { self.index += Int(count) }
        return Array(self.bytes[self.index..<self.index + Int(count)])
    }

    package mutating func readText() -> String? {
        self.readCounted().map { String(decoding: $0, as: UTF8.self) }
    }
}
