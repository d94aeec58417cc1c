// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// The text of an API token: `qft_`, 43 characters of base62 (256 random bits), and six that check them.
///
/// The check (CRC-32, IEEE, of everything before, as six base62 digits) lets scanners of source code find lost tokens, and
/// refuses mistyped ones without a look into the store. The store has the SHA-256 only.
package enum APITokenFormat {
    package static let mark = "qft_"
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let length = 53
    /// How much of a token people see, to know it again.
    private static let shown = 10

    /// - Parameter mark: says what it opens; `qft_` the API.
    package static func generate(
        mark: String = Self.mark,
        using random: inout some RandomNumberGenerator
    ) -> String {
        let body = (0..<43).map { _ in Self.alphabet[Int.random(in: 0..<62, using: &random)] }
        let text = mark + String(decoding: body, as: UTF8.self)
        return text + Self.check(text)
    }

    /// Whether a text has the shape of a token, its check included.
    package static func accepts(_ text: String) -> Bool {
        guard text.utf8.count == Self.length, text.hasPrefix(Self.mark) else { return false }
        return Self.check(String(decoding: text.utf8.prefix(Self.length - 6), as: UTF8.self)).utf8
            .elementsEqual(text.utf8.suffix(6))
    }

    package static func hash(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    package static func prefix(_ text: String) -> String {
        String(decoding: text.utf8.prefix(Self.shown), as: UTF8.self)
    }

    static func check(_ text: String) -> String {
        var number = Self.crc(Array(text.utf8))
        var digits: [UInt8] = []
        for _ in 0..<6 {
            digits.append(Self.alphabet[Int(number % 62)])
            number /= 62
        }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
    }
}
