// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

/// Codes that a phone and the server make from a shared secret and the time (RFC 6238: SHA-1, 6 digits, 30 s).
///
/// These parameters are the ones every application knows.
package struct TOTP: Hashable, Sendable {
    package static let stepSeconds: Int64 = 30
    package static let digits = 6
    /// Steps before and after the present one that count: clocks of phones differ, and typing takes time.
    private static let window: Int64 = 1
    /// 160 bits, as long as the hash (RFC 4226, 4).
    private static let length = 20

    private let secret: [UInt8]

    package init(secret: [UInt8]) { self.secret = secret }

    package static func generate(using random: inout some RandomNumberGenerator) -> TOTP {
        TOTP(secret: (0..<Self.length).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// - Returns: nil for what is no base32.
    package init?(base32 text: String) {
        guard let bytes = Base32.decode(text), !bytes.isEmpty else { return nil }
        self.secret = bytes
    }

    /// As people type it where no camera helps.
    package var base32: String { Base32.encode(self.secret) }

    /// The code of a step (RFC 4226, 5.3).
    package func code(step: Int64) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: self.secret)))
        let offset = Int(mac[mac.count - 1] & 0x0f)
        let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.count) + text
    }

    /// The step that a code is of, if it is good now.
    ///
    /// - Parameter last: the newest step that was used; it and those before are worth nothing any more, so that a code that
    ///   somebody saw being typed does not serve a second time.
    package func step(of code: String, at now: Timestamp, after last: Int64) -> Int64? {
        let present = now.seconds / Self.stepSeconds
        var found: Int64?
        // All are compared, whichever fits: the time taken tells nothing.
        for step in present - Self.window...present + Self.window
        where step > last && ConstantTime.equal(Array(self.code(step: step).utf8), Array(code.utf8)) {
            found = step
        }
        return found
    }

    /// What an application reads from a QR code.
    package func uri(issuer: String, account: String) -> String {
        func escaped(_ text: String) -> String {
            let allowed = CharacterSet(
                charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
            )
            return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        }
        return "otpauth://totp/\(escaped(issuer)):\(escaped(account))?secret=\(self.base32)&issuer=\(escaped(issuer))"
            + "&algorithm=SHA1&digits=\(Self.digits)&period=\(Self.stepSeconds)"
    }
}
