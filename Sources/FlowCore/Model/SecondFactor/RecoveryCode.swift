// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// A code on paper that takes the place of a phone, once.
package enum RecoveryCode {
    /// How many a person has.
    package static let count = 10
    /// 80 bits: nobody tries so many, so a fast hash is enough.
    private static let bytes = 10

    /// `ABCD-EFGH-IJKL-MNOP`.
    package static func generate(using random: inout some RandomNumberGenerator) -> String {
        let text = Base32.encode((0..<Self.bytes).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        let letters = Array(text)
        return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<$0 + 4]) }.joined(separator: "-")
    }

    /// What is stored of a code; however it is typed.
    ///
    /// - Returns: nil for what is no such code.
    package static func hash(_ code: String) -> [UInt8]? {
        guard code.utf8.count <= 64, let bytes = Base32.decode(code),
            Base32.encode(bytes).utf8.count == code.utf8.count(where: { $0 != 0x20 && $0 != 0x2d }),
            bytes.count == Self.bytes
        else { return nil }
        return Array(SHA256.hash(data: bytes))
    }
}
