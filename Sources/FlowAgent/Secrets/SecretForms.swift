// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowRunner
import Foundation

/// The forms in which a secret may turn up in output: as it is, line by line, and as common encodings write it.
///
/// Not promised: what a job makes of it otherwise.
enum SecretForms {
    static let shortest = SecretMasker.shortest
    /// Bytes of all forms together; beyond, a secret is looked for as it is only.
    static let limit = 1 << 20

    static func all(of values: [String]) -> [[UInt8]] {
        var result: Set<[UInt8]> = []
        var size = 0
        func add(_ form: [UInt8]) {
            guard form.count >= self.shortest, result.insert(form).inserted else { return }
            size += form.count
        }
        for value in values {
            add(Array(value.utf8))
            for line in value.split(whereSeparator: \.isNewline) { add(Array(line.utf8)) }
        }
        for value in values {
            let forms = self.encoded(value)
            guard size + forms.reduce(0, { $0 + $1.count }) <= self.limit else { continue }
            for form in forms { add(form) }
        }
        return result.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func encoded(_ value: String) -> [[UInt8]] {
        let bytes = Array(value.utf8)
        var forms = (0..<3).map { self.base64(bytes, behind: $0) }
        forms += forms.map { $0.map(self.urlSafe) }
        for digits in ["0123456789abcdef", "0123456789ABCDEF"] {
            let digits = Array(digits.utf8)
            forms.append(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        }
        forms.append(Array(HTTPTemplate.percentEncode(value).utf8))
        forms.append(Array(HTTPTemplate.jsonEscape(value).utf8))
        return forms
    }

    private static func urlSafe(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: byte
        }
    }

    /// What the value makes of a base64 text in which `offset` bytes stand before it: the characters that it decides alone.
    private static func base64(_ bytes: [UInt8], behind offset: Int) -> [UInt8] {
        let all = Array(Data([UInt8](repeating: 0, count: offset) + bytes).base64EncodedString().utf8)
        let first = (offset * 8 + 5) / 6
        let end = (offset + bytes.count) * 8 / 6
        return first < end ? Array(all[first..<end]) : []
    }
}

extension SecretMasker {
    init(values: [String]) { self.init(forms: SecretForms.all(of: values)) }
}
