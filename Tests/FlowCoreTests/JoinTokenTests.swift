// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Join tokens")
struct JoinTokenTests {
    private func token() -> JoinTokenFormat {
        var random = SystemRandomNumberGenerator()
        return JoinTokenFormat.generate(authorityFingerprint: [UInt8](repeating: 0xab, count: 32), using: &random)
    }

    @Test("A token survives being written and read, in upper case too")
    func roundTrip() throws {
        let token = self.token()
        #expect(try JoinTokenFormat(parsing: token.text) == token)
        #expect(token.text.hasPrefix("qf1."))
        let shouted = "qf1." + token.text.dropFirst(4).uppercased()
        #expect(try JoinTokenFormat(parsing: shouted) == token)
        #expect(self.token().secret != token.secret)
    }

    @Test("What is not a whole token is refused with a way out and without the secret")
    func refusals() {
        let token = self.token()
        let texts = [
            "", "qf1", "qf2." + token.text.dropFirst(4), String(token.text.dropLast()), token.text + ".x",
            "qf1.\(token.id).\(token.secret)", "qf1.zz.\(token.secret).ab",
        ]
        for text in texts {
            do {
                _ = try JoinTokenFormat(parsing: text)
                Issue.record("accepted \(text)")
            } catch {
                #expect(error.code == .invalid)
                #expect(error.message.contains("quicflow-server token create"))
                #expect(!error.message.contains(token.secret))
            }
        }
    }

    @Test("The record accepts the secret and no other, and does not hold it")
    func record() {
        let token = self.token()
        let record = token.record(groups: [3], createdAt: Timestamp(seconds: 1), expiresAt: Timestamp(seconds: 2))
        #expect(record.id == token.id)
        #expect(record.accepts(secret: token.secret))
        #expect(!record.accepts(secret: token.secret + "0"))
        #expect(!record.accepts(secret: ""))
        #expect(record.secretHash != Array(token.secret.utf8))
    }
}
