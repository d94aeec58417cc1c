// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Parameters of one execution, laid out as libpq takes them.
struct Parameters {
    private var buffer: [UInt8] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// Arrays in binary form, one behind the other in `buffer`, which begin at `starts`.
    init(arrays buffer: [UInt8], starts: [Int]) {
        self.buffer = buffer
        self.offsets = starts
        self.lengths = zip(starts, starts.dropFirst() + [buffer.count]).map { Int32($1 - $0) }
        self.formats = starts.map { _ in 1 }
    }

    init(_ values: [PostgresValue]) {
        self.buffer.reserveCapacity(values.count * 16)
        for value in values {
            let start = self.buffer.count
            let count = value.append(to: &self.buffer)
            self.offsets.append(count == nil ? nil : start)
            self.lengths.append(Int32(count ?? 0))
            self.formats.append(value.format)
        }
    }

    /// Count, values, lengths and formats; valid within the closure.
    func withPointers<Value>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Value
    ) -> Value {
        self.buffer.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                let pointers: [UnsafePointer<CChar>?] = self.offsets.map { offset in
                    offset.flatMap { offset in characters.baseAddress.map { $0 + offset } }
                }
                return pointers.withUnsafeBufferPointer { values in
                    self.lengths.withUnsafeBufferPointer { lengths in
                        self.formats.withUnsafeBufferPointer { formats in
                            body(
                                Int32(pointers.count),
                                values.baseAddress,
                                lengths.baseAddress,
                                formats.baseAddress
                            )
                        }
                    }
                }
            }
        }
    }
}
