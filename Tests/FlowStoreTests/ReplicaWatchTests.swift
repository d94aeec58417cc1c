// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowStore

@Suite("How far a replica may be behind")
struct ReplicaWatchTests {
    @Test("The primary is asked at most twice a second, and a replica has to have what was there two seconds ago")
    func bound() {
        var watch = ReplicaWatch()
        #expect(watch.needsMark(at: 0) && watch.needed(at: 0) == nil)
        for second in Int64(0)..<20 {
            let now = second * 500
            #expect(watch.needsMark(at: now) && !watch.needsMark(at: now - 1) || second == 0)
            watch.noted(100 + second, askedAt: now)
            #expect(watch.needed(at: now) == 100 + max(0, second - 4))
        }
        // Nobody asked for a while: what is known is too old to say anything.
        #expect(watch.needed(at: 9500 + 2001) == nil && watch.needed(at: 9500 + 2000) == 119)
    }

    @Test("Behind a mark of this moment a copy is not called late, behind an old one it is")
    func delay() {
        var watch = ReplicaWatch()
        watch.noted(100, askedAt: 60_000)
        #expect(!watch.tellsOfDelay(at: 60_000) && !watch.tellsOfDelay(at: 60_999))
        #expect(watch.tellsOfDelay(at: 61_000) && watch.tellsOfDelay(at: 62_000))
        // Asked for the first time in a while.
        watch.noted(900, askedAt: 90_000)
        #expect(watch.needed(at: 90_000) == 900 && !watch.tellsOfDelay(at: 90_000))
    }

    @Test("After a failure the replica is left alone for five seconds")
    func rest() {
        var watch = ReplicaWatch()
        #expect(watch.isUsable(at: 0))
        watch.failed(at: 1000)
        #expect(!watch.isUsable(at: 5999) && watch.isUsable(at: 6000))
    }
}
