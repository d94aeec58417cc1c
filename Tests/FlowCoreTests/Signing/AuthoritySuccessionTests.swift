// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import Testing

@Suite("Which authorities a host takes: those it trusts, and whom these vouch for (S3)")
struct AuthoritySuccessionTests {
    /// A key and a certificate's fingerprint, which is any 32 bytes here.
    private struct Made {
        let key = P256.Signing.PrivateKey()
        let fingerprint = (0..<32).map { _ in UInt8.random(in: 0...255) }

        var known: AuthoritySuccession.Authority {
            AuthoritySuccession.Authority(
                fingerprint: self.fingerprint,
                publicKey: Array(self.key.publicKey.x963Representation)
            )
        }

        func vouches(for next: Made) throws -> AuthorityVoucher {
            try AuthorityVoucher(for: next.fingerprint, by: self.key)
        }
    }

    private let a = Made()
    private let b = Made()
    private let c = Made()
    private let thief = Made()

    private func outcome(
        _ trusted: [Made],
        told: [Made],
        _ vouchers: [AuthorityVoucher] = []
    ) -> AuthoritySuccession.Outcome {
        AuthoritySuccession(trusted: trusted.map(\.known)).outcome(of: told.map(\.known), vouchers)
    }

    @Test("One that a trusted one vouches for is taken, and the old one alone or the new one alone need no word")
    func step() throws {
        let word = try self.a.vouches(for: self.b)
        #expect(self.outcome([self.a], told: [self.a, self.b], [word]) == .taken([self.a.known, self.b.known]))
        #expect(self.outcome([self.a], told: [self.b], [word]) == .taken([self.b.known]))
        #expect(self.outcome([self.a], told: [self.a]) == .taken([self.a.known]))
        #expect(self.outcome([self.a, self.b], told: [self.b]) == .taken([self.b.known]))
        // Who joined by a token of the new one has no reason to trust the old one, and no need to.
        #expect(self.outcome([self.b], told: [self.a, self.b], [word]) == .taken([self.b.known]))
    }

    @Test("Several steps at once are taken when each was vouched for, in whatever order the words come")
    func chain() throws {
        let words = [try self.b.vouches(for: self.c), try self.a.vouches(for: self.b)]
        #expect(
            self.outcome([self.a], told: [self.b, self.c], words) == .taken([self.b.known, self.c.known])
        )
        #expect(self.outcome([self.a], told: [self.b, self.c], [words[0]]) == .refused(.forged))
        #expect(self.outcome([self.a], told: [self.b, self.c], [words[1]]) == .refused(.unvouched))
    }

    @Test("Who has no private key of a trusted authority can bring none in")
    func refused() throws {
        let told = [self.a, self.thief]
        #expect(self.outcome([self.a], told: told) == .refused(.unvouched))
        #expect(self.outcome([self.a], told: []) == .refused(.unvouched))
        // Its own word, the word for another one, and words with one other bit.
        let own = try self.thief.vouches(for: self.thief)
        #expect(self.outcome([self.a], told: told, [own]) == .refused(.forged))
        let word = try self.a.vouches(for: self.b)
        let moved = AuthorityVoucher(authority: self.thief.fingerprint, signature: word.signature)
        #expect(self.outcome([self.a], told: told, [word]) == .refused(.unvouched))
        #expect(self.outcome([self.a], told: told, [moved]) == .refused(.forged))
        for index in word.signature.indices {
            var bytes = word.signature
            bytes[index] ^= 1
            let bent = AuthorityVoucher(authority: self.b.fingerprint, signature: bytes)
            #expect(self.outcome([self.a], told: [self.b], [bent]) == .refused(.forged))
        }
        let empty = AuthorityVoucher(authority: self.b.fingerprint, signature: [])
        #expect(self.outcome([self.a], told: [self.b], [empty]) == .refused(.forged))
        // What an authority signs besides, a key of definitions, is no such word.
        let statement = try DefinitionKey(of: self.a.key).statement
        let other = AuthorityVoucher(authority: statement.key, signature: statement.endorsement)
        let named = AuthoritySuccession.Authority(fingerprint: statement.key, publicKey: [])
        let succession = AuthoritySuccession(trusted: [self.a.known])
        #expect(succession.outcome(of: [named], [other]) == .refused(.forged))
        // One of another key under a trusted one's certificate is not that one.
        let posing = AuthoritySuccession.Authority(
            fingerprint: self.a.fingerprint,
            publicKey: Array(self.thief.key.publicKey.x963Representation)
        )
        #expect(succession.outcome(of: [posing], []) == .refused(.unvouched))
    }

    @Test("Hosts that met no vouching server take what they are told, unless their policy says otherwise")
    func rule() {
        let table: [(rule: SignatureRule?, hasMet: Bool, isRequired: Bool)] = [
            (nil, false, false), (nil, true, true), (.required, false, true), (.required, true, true),
            (.accepted, false, false), (.accepted, true, false),
        ]
        for (rule, hasMet, isRequired) in table {
            #expect(rule.requiresVouching(hasMet: hasMet) == isRequired, "\(rule as Any), \(hasMet)")
        }
    }
}
