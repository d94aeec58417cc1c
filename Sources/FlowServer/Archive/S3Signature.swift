// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

/// AWS Signature Version 4 of a request to an S3-compatible store.
///
/// A value: time and keys are passed in. The recipe is AWS's "Signing AWS API requests"; for S3 a path is escaped once.
struct S3Signature: Sendable {
    let accessKey: String
    let secretKey: String
    let region: String

    private static let service = "s3"
    private static let algorithm = "AWS4-HMAC-SHA256"

    struct Request: Sendable {
        let method: String
        /// Without a query, as it is sent: see ``escaped(_:)``.
        let path: String
        /// `Host` and all others that are signed; names in small letters.
        let headers: [(name: String, value: String)]
        /// SHA-256 of the body, in hex.
        let bodyDigest: String
    }

    /// - Parameter time: seconds since the epoch.
    /// - Returns: the value of `Authorization`; the headers have to contain the same time as `x-amz-date`.
    func authorization(of request: Request, at time: Int64) -> String {
        let stamp = Self.stamp(time)
        let day = String(stamp.prefix(8))
        let scope = "\(day)/\(self.region)/\(Self.service)/aws4_request"
        let headers = request.headers.sorted { $0.name < $1.name }
        let names = headers.map(\.name).joined(separator: ";")
        let lines =
            [request.method, request.path, ""] + headers.map { "\($0.name):\($0.value)" }
            + ["", names, request.bodyDigest]
        let text = [Self.algorithm, stamp, scope, Self.digest(Array(lines.joined(separator: "\n").utf8))]
        let signature = Self.hex(Self.code(text.joined(separator: "\n"), key: self.key(day)))
        return "\(Self.algorithm) Credential=\(self.accessKey)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
    }

    private func key(_ day: String) -> [UInt8] {
        var key = Array(("AWS4" + self.secretKey).utf8)
        for part in [day, self.region, Self.service, "aws4_request"] { key = Self.code(part, key: key) }
        return key
    }

    private static func code(_ text: String, key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
    }

    /// A time such as `20130524T000000Z`.
    static func stamp(_ time: Int64) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second],
            from: Date(timeIntervalSince1970: TimeInterval(time))
        )
        func digits(_ number: Int?, _ count: Int = 2) -> String {
            let text = String(number ?? 0)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return digits(parts.year, 4) + digits(parts.month) + digits(parts.day) + "T" + digits(parts.hour)
            + digits(parts.minute) + digits(parts.second) + "Z"
    }

    static func digest(_ bytes: [UInt8]) -> String { self.hex(SHA256.hash(data: bytes)) }

    /// A path with everything escaped but letters, digits, `-._~` and the slashes between its parts.
    static func escaped(_ path: String) -> String {
        var text = ""
        for byte in path.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "-._~/".utf8.contains(byte)
            if isPlain {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + Self.hexByte(byte).uppercased()
            }
        }
        return text
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String { bytes.map(Self.hexByte).joined() }

    private static func hexByte(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }
}
