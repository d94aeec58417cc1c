// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

/// A call as it came, before anybody has looked into its body.
package struct HookRequest: Sendable {
    /// Headers by lower-case name.
    package let headers: [String: String]
    package let body: [UInt8]
    /// What stood behind the id in the address.
    package let token: String?
    package let at: Timestamp

    package init(headers: [String: String], body: [UInt8], token: String? = nil, at: Timestamp) {
        self.headers = headers
        self.body = body
        self.token = token
        self.at = at
    }
}

/// Checks who calls, over the body's own bytes (T1).
///
/// Every secret is tried to the end, in a time that does not tell which one fits or where they differ.
package enum HookSignature {
    /// How far a signed time may lie from the server's clock; milliseconds.
    package static let tolerance: Int64 = 300_000

    package enum Verdict: Hashable, Sendable {
        /// What a repetition of the call is known by (T2): what is signed, never a header that is not.
        ///
        /// Nil for one that has no identity: it always counts as new.
        case accepted(key: String?)
        /// Why not, for the list of calls; the caller is told less.
        case refused(String)
    }

    /// - Parameter secrets: in clear; the present one, and the one before while that is good.
    package static func check(_ request: HookRequest, as format: HookFormat, secrets: [String]) -> Verdict {
        switch format {
        case .github: self.github(request, secrets)
        case .standard: self.standard(request, secrets)
        case .stripe: self.stripe(request, secrets)
        case .token: self.token(request, secrets)
        case .message, .hostJoined, .file: .refused("nobody calls it: an event starts it")
        }
    }

    private static func github(_ request: HookRequest, _ secrets: [String]) -> Verdict {
        guard let header = request.headers["x-hub-signature-256"] else {
            return .refused("the header X-Hub-Signature-256 is missing")
        }
        guard header.hasPrefix("sha256="), let given = self.hex(header.dropFirst(7)) else {
            return .refused("X-Hub-Signature-256 is not sha256= and 64 hexadecimal digits")
        }
        let keys = secrets.map { Array($0.utf8) }
        guard self.fits([given], request.body, keys) else { return .refused("the signature is not right") }
        return .accepted(key: self.digest(request.body))
    }

    private static func standard(_ request: HookRequest, _ secrets: [String]) -> Verdict {
        guard let id = request.headers["webhook-id"], (1...256).contains(id.utf8.count),
            let time = request.headers["webhook-timestamp"], let header = request.headers["webhook-signature"]
        else { return .refused("webhook-id, webhook-timestamp or webhook-signature is missing") }
        guard self.isNow(time, request.at) else { return .refused("webhook-timestamp is not within 300 s of now") }
        let given = header.split(separator: " ").prefix(8).compactMap { part -> [UInt8]? in
            part.hasPrefix("v1,") ? Data(base64Encoded: String(part.dropFirst(3))).map { Array($0) } : nil
        }
        let keys = secrets.map { self.standardKey($0) ?? [] }
        guard self.fits(given, Array("\(id).\(time).".utf8) + request.body, keys) else {
            return .refused("the signature is not right")
        }
        return .accepted(key: "id:" + id)
    }

    /// The bytes that a secret `whsec_…` stands for; nil for what is none.
    package static func standardKey(_ secret: String) -> [UInt8]? {
        let text = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
        return Data(base64Encoded: text).map { Array($0) }
    }

    private static func stripe(_ request: HookRequest, _ secrets: [String]) -> Verdict {
        guard let header = request.headers["stripe-signature"] else {
            return .refused("the header Stripe-Signature is missing")
        }
        let parts = header.split(separator: ",").prefix(16)
        guard let time = parts.first(where: { $0.hasPrefix("t=") })?.dropFirst(2), self.isNow(time, request.at) else {
            return .refused("the signed time is not within 300 s of now")
        }
        let given = parts.filter { $0.hasPrefix("v1=") }.compactMap { self.hex($0.dropFirst(3)) }
        let keys = secrets.map { Array($0.utf8) }
        guard self.fits(given, Array("\(time).".utf8) + request.body, keys) else {
            return .refused("the signature is not right")
        }
        if case .string(let id)? = (try? JSONParser.parse(request.body))?["id"], (1...256).contains(id.utf8.count) {
            return .accepted(key: "id:" + id)
        }
        return .accepted(key: self.digest(request.body))
    }

    private static func token(_ request: HookRequest, _ secrets: [String]) -> Verdict {
        // Of equal length, whatever was sent.
        let given = Array(SHA256.hash(data: Array((request.token ?? "").utf8)))
        var fits = false
        for secret in secrets where ConstantTime.equal(given, Array(SHA256.hash(data: Array(secret.utf8)))) {
            fits = true
        }
        guard fits, request.token != nil else { return .refused("the token is not right") }
        if let key = request.headers["idempotency-key"], (1...128).contains(key.utf8.count) {
            return .accepted(key: "key:" + key)
        }
        // "Run it" said twice means twice.
        return .accepted(key: request.body.isEmpty ? nil : self.digest(request.body))
    }

    // MARK: Parts

    private static func fits(_ given: [[UInt8]], _ content: [UInt8], _ keys: [[UInt8]]) -> Bool {
        var fits = false
        for key in keys where !key.isEmpty {
            let right = Array(HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: key)))
            for code in given where ConstantTime.equal(code, right) { fits = true }
        }
        return fits
    }

    private static func isNow(_ seconds: some StringProtocol, _ now: Timestamp) -> Bool {
        guard (1...12).contains(seconds.utf8.count), seconds.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let seconds = Int64(seconds)
        else { return false }
        return (seconds * 1000 - now.milliseconds).magnitude <= UInt64(Self.tolerance)
    }

    private static func digest(_ body: [UInt8]) -> String {
        "body:" + Data(SHA256.hash(data: body)).base64EncodedString()
    }

    /// 32 bytes from 64 hexadecimal digits.
    private static func hex(_ text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}
