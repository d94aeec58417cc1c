// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Testing

@Suite("Codes of a second factor")
struct TOTPTests {
    /// RFC 6238, appendix B.
    private static let totp = TOTP(secret: Array("12345678901234567890".utf8))

    @Test(
        "The standard's own examples",
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ] as [(Int64, String)]
    )
    func vectors(seconds: Int64, code: String) {
        #expect(Self.totp.code(step: seconds / 30) == code)
    }

    @Test("A code is good half a minute before and after its time, and once")
    func window() {
        let code = Self.totp.code(step: 100)
        func step(_ seconds: Int64, after last: Int64 = 0) -> Int64? {
            Self.totp.step(of: code, at: Timestamp(seconds: seconds), after: last)
        }
        #expect(step(2969) == nil && step(2970) == 100 && step(3059) == 100 && step(3060) == nil)
        #expect(step(3000, after: 100) == nil && step(3000, after: 101) == nil && step(3000, after: 99) == 100)
        #expect(Self.totp.step(of: "", at: Timestamp(seconds: 3000), after: 0) == nil)
        #expect(Self.totp.step(of: code + "0", at: Timestamp(seconds: 3000), after: 0) == nil)
    }

    @Test("Base 32 is as in RFC 4648, and reads what people type")
    func base32() {
        let vectors = [
            "": "", "f": "MY", "fo": "MZXQ", "foo": "MZXW6", "foob": "MZXW6YQ", "fooba": "MZXW6YTB",
            "foobar": "MZXW6YTBOI",
        ]
        for (plain, text) in vectors {
            #expect(Base32.encode(plain.utf8) == text)
            #expect(Base32.decode(text) == Array(plain.utf8))
        }
        #expect(Base32.decode("mzxw-6ytb oi") == Array("foobar".utf8))
        #expect(Base32.decode("MZXW1") == nil && Base32.decode("MZ=") == nil)
        #expect(TOTP(base32: Self.totp.base32) == Self.totp)
    }

    @Test("Applications get issuer, account and parameters")
    func uri() {
        let uri = Self.totp.uri(issuer: "Quartz Flow", account: "ada&x=1")
        #expect(uri.hasPrefix("otpauth://totp/Quartz%20Flow:ada%26x%3D1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&"))
    }

    @Test("Recovery codes are sixteen letters and digits, and known however they are typed")
    func recovery() throws {
        var random = SplitMix64(seed: 7)
        let code = RecoveryCode.generate(using: &random)
        #expect(code.utf8.count == 19 && code.split(separator: "-").count == 4)
        let hash = try #require(RecoveryCode.hash(code))
        #expect(RecoveryCode.hash(code.lowercased().replacing("-", with: "")) == hash)
        #expect(RecoveryCode.hash(RecoveryCode.generate(using: &random)) != hash)
        #expect(RecoveryCode.hash("287082") == nil && RecoveryCode.hash(code + "A") == nil)
    }
}
