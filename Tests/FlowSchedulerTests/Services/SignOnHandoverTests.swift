// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowScheduler

@Suite("A code that a person carries from a browser to a terminal")
struct SignOnHandoverTests {
    @Test("Servers of two versions beside each other refuse each other's codes")
    func forms() throws {
        let ring = KeyRing(primary: try #require(KeyRing.Key([UInt8](repeating: 1, count: 32))))
        let seal = SecretSeal(ring: ring, installation: "inst-1")
        let text = #"{"p":"corp","c":"x","t":"token","i":7,"u":"ada@corp","s":2000,"f":true,"e":1000}"#
        func read(_ form: Int64) throws -> SignOnHandover? {
            SignOnHandover(try seal.seal(text, name: SignOnHandover.name, version: form), seal: seal)
        }
        let known = try #require(try read(SignOnHandover.form))
        #expect(known.user == 7 && known.isFresh && known.token == "token")
        #expect(try read(SignOnHandover.form - 1) == nil && read(SignOnHandover.form + 1) == nil)
        // What it says is sealed as it is read.
        #expect(SignOnHandover(try known.sealed(seal), seal: seal) == known)
    }
}
