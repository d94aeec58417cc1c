// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What an attempt says; its lines become the execution's output.
enum WorkLog {
    static func say(_ text: String) { self.write(text + "\n", to: 1) }

    /// The last line of these is the record's detail.
    static func complain(_ text: String) { self.write(text + "\n", to: 2) }

    static func write(_ text: String, to descriptor: Int32) { self.write(Array(text.utf8), to: descriptor) }

    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return }
                continue
            }
            rest = rest.dropFirst(count)
        }
    }

    /// A name or value with control characters written out, so that it is one line and moves no cursor.
    static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }) else {
            return text
        }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
