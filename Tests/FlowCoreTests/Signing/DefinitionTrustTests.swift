// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import Testing

@Suite("Signatures of definitions (S3: what a host runs is the installation's)")
struct DefinitionTrustTests {
    private let authority = P256.Signing.PrivateKey()
    private let definition = Array("command: true".utf8)

    private func trusting(_ keys: [DefinitionKey], _ authorities: [P256.Signing.PrivateKey]) -> DefinitionTrust {
        DefinitionTrust(keys.map(\.statement), authorities: authorities.map { Array($0.publicKey.x963Representation) })
    }

    @Test("The key comes from the authority's, and is the same wherever that is")
    func derived() throws {
        let key = try DefinitionKey(of: self.authority)
        let again = try DefinitionKey(
            of: try P256.Signing.PrivateKey(pemRepresentation: self.authority.pemRepresentation)
        )
        #expect(key.statement.key == again.statement.key && key.id == again.id && key.id.utf8.count == 16)
        #expect(try DefinitionKey(of: P256.Signing.PrivateKey()).id != key.id)
        // A host that heard of it from another server of the installation takes this one's signatures.
        let signature = try again.sign(self.definition)
        #expect(self.trusting([key], [self.authority]).verdict(of: self.definition, [signature]) == .signed(by: key.id))
    }

    @Test("One other byte, in the definition or the signature, is wrong; no signature is none")
    func wrong() throws {
        let key = try DefinitionKey(of: self.authority)
        let trust = self.trusting([key], [self.authority])
        let signature = try key.sign(self.definition)
        for index in self.definition.indices {
            var other = self.definition
            other[index] ^= 1
            #expect(trust.verdict(of: other, [signature]) == .wrong)
        }
        for index in signature.signature.indices {
            var bytes = signature.signature
            bytes[index] ^= 1
            let other = DefinitionSignature(key: signature.key, signature: bytes)
            #expect(trust.verdict(of: self.definition, [other]) == .wrong)
        }
        let short = DefinitionSignature(key: signature.key, signature: [])
        #expect(trust.verdict(of: self.definition, [short]) == .wrong)
        #expect(trust.verdict(of: self.definition, []) == nil)
    }

    @Test("A key counts only with the word of an authority that the host trusts")
    func endorsed() throws {
        let key = try DefinitionKey(of: self.authority)
        let thief = try DefinitionKey(of: P256.Signing.PrivateKey())
        let forged = SigningKeyStatement(key: thief.statement.key, endorsement: key.statement.endorsement)
        let nothing = SigningKeyStatement(key: thief.statement.key, endorsement: [])
        let trust = DefinitionTrust(
            [key.statement, thief.statement, forged, nothing],
            authorities: [Array(self.authority.publicKey.x963Representation)]
        )
        #expect(trust.ids == [key.id])
        #expect(trust.verdict(of: self.definition, [try thief.sign(self.definition)]) == .strange)
        #expect(DefinitionTrust().verdict(of: self.definition, [try key.sign(self.definition)]) == .strange)
    }

    @Test("While an authority takes over from another, hosts that know one or both take what both have signed")
    func rotation() throws {
        let next = P256.Signing.PrivateKey()
        let (old, new) = (try DefinitionKey(of: self.authority), try DefinitionKey(of: next))
        let both = [try old.sign(self.definition), try new.sign(self.definition)]
        let late = self.trusting([old, new], [self.authority])
        #expect(late.ids == [old.id] && late.verdict(of: self.definition, both) == .signed(by: old.id))
        let told = self.trusting([old, new], [self.authority, next])
        #expect(told.ids == [old.id, new.id] && told.verdict(of: self.definition, both) == .signed(by: new.id))
        #expect(told.verdict(of: self.definition, [both[0]]) == .signed(by: old.id))
        // Then the old one is trusted no more.
        #expect(self.trusting([old, new], [next]).verdict(of: self.definition, [both[0]]) == .strange)
    }

    @Test("The host's policy has the last word on definitions without a signature, and none takes a wrong one")
    func policy() {
        let none = SigningState()
        let seen = SigningState(keys: ["a"], isInForce: true)
        let told = SigningState(keys: ["a"], isInForce: false)
        let rows: [(SignatureRule?, DefinitionVerdict?, SigningState, Bool)] = [
            (nil, nil, none, true), (nil, nil, told, true), (nil, nil, seen, false), (.required, nil, none, false),
            (.accepted, nil, seen, true), (.accepted, .wrong, none, false), (nil, .strange, none, false),
            (.required, .signed(by: "a"), none, true), (nil, .signed(by: "a"), seen, true),
        ]
        for (rule, verdict, state, isTaken) in rows {
            let refusal = HostPolicy(signatures: rule).refusal(of: verdict, state)
            #expect((refusal == nil) == isTaken, "\(String(describing: rule)) \(String(describing: verdict)) \(state)")
            #expect(refusal?.hasSuffix("(signatures)") ?? true)
        }
    }
}
