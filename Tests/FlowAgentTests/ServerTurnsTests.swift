// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowQUIC
import Testing

@testable import FlowAgent

@Suite("Which server a host dials next")
struct ServerTurnsTests {
    @Test("A host that lost its server goes to the next one, and comes back to the lost one last")
    func lost() {
        var turns = ServerTurns(count: 3)
        #expect(turns.index == 0)
        var places: [Int] = []
        var pauses: [Bool] = []
        for wasWelcomed in [true, false, false, false] {
            pauses.append(turns.ended(wasWelcomed: wasWelcomed))
            places.append(turns.index)
        }
        #expect(places == [1, 2, 0, 1])
        // The pause spreads hosts; those after it are tried at once.
        #expect(pauses == [true, false, false, true])
    }

    @Test("A pause comes once all were tried, and with one server each time")
    func pauses() {
        var turns = ServerTurns(count: 2)
        let pauses = (0..<6).map { _ in turns.ended(wasWelcomed: false) }
        #expect(pauses == [false, true, false, true, false, true])
        var only = ServerTurns(count: 1)
        for wasWelcomed in [false, true, false] {
            let pauses = only.ended(wasWelcomed: wasWelcomed)
            #expect(pauses && only.index == 0)
        }
    }

    @Test("Silence is noticed within ten seconds where there is another server, and as late as before where not")
    func patience() throws {
        let quic = QUICConfiguration()
        let several = ServerTurns(count: 2).patience(of: quic)
        #expect(try #require(several.keepAlive) + several.idleTimeout <= .seconds(10))
        #expect(try #require(several.keepAlive) * 2 < several.idleTimeout)
        let one = ServerTurns(count: 1).patience(of: quic)
        #expect(one.keepAlive == quic.keepAlive && one.idleTimeout == quic.idleTimeout)
        // Who asks for less gets it.
        let hasty = ServerTurns(count: 2)
            .patience(of: QUICConfiguration(idleTimeout: .seconds(2), keepAlive: .seconds(1)))
        #expect(hasty.idleTimeout == .seconds(2) && hasty.keepAlive == .seconds(1))
    }
}
