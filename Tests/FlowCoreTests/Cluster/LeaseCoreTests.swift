// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

/// Leases as a database would hold them, under a clock of the test's own.
private struct LeaseTable {
    private struct Row {
        var server: ServerID?
        var term: Int64 = 0
        var expiresAt: Int64 = .min
    }

    private var rows = [Row](repeating: Row(), count: WorkUnit.all.count)
    var nodes: [ServerID: ServerNode] = [:]
    var seen: [ServerID: Int64] = [:]
    var now: Int64 = 0

    /// As `server` sees it.
    func view(of server: ServerID? = nil) -> ClusterView {
        let ends = self.rows.filter { $0.server != server && $0.expiresAt > self.now }.map { $0.expiresAt - self.now }
        return ClusterView(
            nodes: self.nodes.values.compactMap { node in
                guard let seen = self.seen[node.id], self.now - seen < LeaseCore.lifetime else { return nil }
                var node = node
                node.isSilent = self.now - seen >= LeaseCore.silence
                return node
            }.sorted { $0.id < $1.id },
            leases: self.rows.enumerated().map { index, row in
                WorkLease(
                    unit: WorkUnit(number: index),
                    server: row.server,
                    term: row.term,
                    isOver: row.expiresAt <= self.now
                )
            },
            nextEnd: ends.min()
        )
    }

    mutating func renew(_ terms: [WorkUnit: Int64], _ server: ServerID) {
        for (unit, term) in terms {
            let row = self.rows[unit.number]
            guard row.server == server, row.term == term, row.expiresAt > self.now else { continue }
            self.rows[unit.number].expiresAt = self.now + LeaseCore.lifetime
        }
    }

    mutating func take(_ terms: [WorkUnit: Int64], _ server: ServerID) -> [WorkUnit: Int64] {
        var taken: [WorkUnit: Int64] = [:]
        for (unit, term) in terms where self.rows[unit.number].term == term {
            guard self.rows[unit.number].expiresAt <= self.now else { continue }
            self.rows[unit.number] = Row(server: server, term: term + 1, expiresAt: self.now + LeaseCore.lifetime)
            taken[unit] = term + 1
        }
        return taken
    }

    mutating func give(_ terms: [WorkUnit: Int64], _ server: ServerID, _ heir: ServerID?) {
        for (unit, term) in terms {
            guard self.rows[unit.number].server == server, self.rows[unit.number].term == term else { continue }
            let end = heir == nil ? .min : self.now + LeaseCore.giftLifetime
            self.rows[unit.number] = Row(server: heir, term: term + 1, expiresAt: end)
        }
    }
}

private struct LeaseWorld {
    var table = LeaseTable()
    var cores: [ServerID: LeaseCore] = [:]

    mutating func join(_ name: String) -> ServerID {
        let id = ServerID(name)
        self.cores[id] = LeaseCore(id: id)
        self.table.nodes[id] = ServerNode(
            id: id,
            name: name,
            address: "",
            version: "",
            startedAt: Timestamp(milliseconds: self.table.now)
        )
        return id
    }

    mutating func drain(_ id: ServerID) {
        self.cores[id]?.drain()
        self.table.nodes[id]?.isDraining = true
    }

    mutating func ask(_ id: ServerID, toRest rests: Bool) { self.table.nodes[id]?.isAskedToRest = rests }

    /// One look of a server, carried out at once.
    mutating func step(_ id: ServerID) {
        guard var core = self.cores[id] else { return }
        let beat = core.beat(at: self.table.now)
        self.table.seen[id] = self.table.now
        self.table.renew(beat.renewing, id)
        for move in core.saw(self.table.view(of: id), after: beat) {
            switch move {
            case .take(let units): core.took(self.table.take(units, id), startedAt: self.table.now)
            case .give(let units, let heir): self.table.give(units, id, heir)
            }
        }
        self.cores[id] = core
    }

    /// Seconds in which these servers look once each.
    mutating func pass(_ seconds: Int, _ ids: [ServerID]) {
        for _ in 0..<seconds {
            self.table.now += 1000
            for id in ids { self.step(id) }
        }
    }

    func trusted(_ id: ServerID) -> Set<WorkUnit> { self.cores[id]?.trusted(at: self.table.now) ?? [] }
}

@Suite("Leases of work")
struct LeaseCoreTests {
    @Test("The only server has everything from its first look on, and keeps it")
    func alone() {
        var world = LeaseWorld()
        let a = world.join("a")
        world.step(a)
        #expect(world.trusted(a).count == 257)
        world.pass(60, [a])
        #expect(world.trusted(a) == Set(WorkUnit.all))
    }

    @Test("Renewals go each 3 s, and looks between them renew nothing")
    func rhythm() {
        var world = LeaseWorld()
        let a = world.join("a")
        world.step(a)
        var renewals: [Int64] = []
        for _ in 0..<9 {
            world.table.now += 1000
            var core = world.cores[a]
            if core?.beat(at: world.table.now).renewing.isEmpty == false { renewals.append(world.table.now) }
            world.step(a)
        }
        #expect(renewals == [3000, 6000, 9000])
    }

    @Test(
        "A server that was asked to rest gives everything away, takes nothing, and gets its share again when it resumes"
    )
    func rest() {
        var world = LeaseWorld()
        let (a, b) = (world.join("a"), world.join("b"))
        world.pass(30, [a, b])
        world.ask(a, toRest: true)
        world.pass(4, [a, b])
        #expect(world.trusted(a).isEmpty && world.trusted(b).count == 257)
        // Also what a third one leaves behind is not for it.
        world.pass(30, [a, b])
        #expect(world.trusted(a).isEmpty && world.table.view().rests(a))
        world.ask(a, toRest: false)
        world.pass(30, [a, b])
        #expect([128, 129].contains(world.trusted(a).count) && world.trusted(a).isDisjoint(with: world.trusted(b)))
    }

    @Test("Work does not lie about because everybody was asked to rest: who is there has it")
    func nobodyElse() {
        var world = LeaseWorld()
        let (a, b) = (world.join("a"), world.join("b"))
        world.pass(30, [a, b])
        world.ask(a, toRest: true)
        world.pass(4, [a, b])
        // The only one that works is gone; its leases run out.
        world.pass(20, [a])
        #expect(world.trusted(a).count == 257 && !world.table.view().rests(a))
        world.pass(30, [a, b])
        #expect(world.trusted(b).count == 257 && world.trusted(a).isEmpty)
    }

    @Test("A second server gets its share within seconds, while never a unit has two that trust in it")
    func join() {
        var world = LeaseWorld()
        let a = world.join("a")
        world.step(a)
        let b = world.join("b")
        for second in 0..<20 {
            world.pass(1, [a, b])
            #expect(world.trusted(a).isDisjoint(with: world.trusted(b)), "after \(second) s")
        }
        #expect(world.trusted(a).count == 129 && world.trusted(b).count == 128)
        #expect(world.trusted(a).contains(.keeping), "the keeping stays where it is")
    }

    @Test("Three servers have equal shares, and nothing moves any more then")
    func three() {
        var world = LeaseWorld()
        let ids = ["a", "b", "c"].map { world.join($0) }
        world.pass(30, ids)
        let before = ids.map { world.trusted($0) }
        #expect(before.map(\.count).sorted() == [85, 86, 86])
        world.pass(30, ids)
        #expect(ids.map { world.trusted($0) } == before)
    }

    @Test("What a killed server had is taken over within 11 s")
    func killed() {
        var world = LeaseWorld()
        let a = world.join("a")
        let b = world.join("b")
        world.pass(30, [a, b])
        world.pass(11, [b])
        #expect(world.trusted(b).count == 257)
    }

    @Test(
        "A lease's end is looked for when it comes, and not up to a second later; what can't be seen is not hurried for"
    )
    func end() throws {
        var world = LeaseWorld()
        let (a, b) = (world.join("a"), world.join("b"))
        world.pass(30, [a, b])
        let last = world.table.now
        // Its looks come at other moments than the ends.
        world.table.now += 300
        world.step(b)
        var looks: [Int64] = []
        while world.trusted(b).count < 257, looks.count < 20 {
            world.table.now += try #require(world.cores[b]).pause
            world.step(b)
            looks.append(world.table.now - last)
        }
        // a renewed at that second or up to two before it.
        #expect([8020, 9020, 10_020].contains(looks.last), "\(looks)")
        world.pass(9, [b])
        var core = try #require(world.cores[b])
        let beat = core.beat(at: world.table.now)
        core.failed(beat)
        #expect(core.pause == LeaseCore.interval)
    }

    @Test("Nothing is kept free for a server that was killed as well, and nothing is handed to it")
    func twoKilled() {
        var world = LeaseWorld()
        let (a, b, c) = (world.join("a"), world.join("b"), world.join("c"))
        world.pass(30, [a, b, c])
        // c dies 5 s after b: what b had is a's as soon as it is over, though c was seen a moment ago.
        world.pass(5, [a, c])
        world.pass(6, [a])
        #expect(world.trusted(a).count > 129)
        let before = world.trusted(a)
        world.pass(1, [a])
        #expect(world.trusted(a).isSuperset(of: before), "c gets nothing any more")
        world.pass(4, [a])
        #expect(world.trusted(a).count == 257)
    }

    @Test("What was handed to a server that ends at that moment is another's 5 s later, and not 11")
    func lostGift() {
        var world = LeaseWorld()
        let a = world.join("a")
        world.step(a)
        let b = world.join("b")
        world.step(b)
        // Gets its first units, and never looks again.
        world.pass(1, [a])
        #expect(world.table.view().count(of: b) == LeaseCore.giftLimit)
        world.pass(8, [a])
        #expect(world.trusted(a).count == 257)
    }

    @Test("What lies about for a second is taken beyond one's share, and goes back when the other one is there")
    func leftLying() {
        var world = LeaseWorld()
        let (a, b) = (world.join("a"), world.join("b"))
        world.pass(30, [a, b])
        // b gives everything back, as an older version does that ends, and is still seen.
        let theirs = world.table.view().leases.filter { $0.server == b }.map { ($0.unit, $0.term) }
        world.table.give(Dictionary(uniqueKeysWithValues: theirs), b, nil)
        world.pass(1, [a])
        #expect(world.trusted(a).count == 129, "b may be about to take its share")
        world.pass(1, [a])
        #expect(world.trusted(a).count == 257)
        world.pass(30, [a, b])
        #expect(world.trusted(a).count == 129 && world.trusted(b).count == 128)
    }

    @Test(
        "A server that can't renew trusts its leases for 8 s from its last renewal, which is before anybody takes them"
    )
    func cutOff() {
        var world = LeaseWorld()
        let a = world.join("a")
        world.pass(4, [a])
        let b = world.join("b")
        var isHeld: [Bool] = []
        for _ in 0..<12 {
            world.pass(1, [b])
            #expect(world.trusted(a).isDisjoint(with: world.trusted(b)))
            isHeld.append(!world.trusted(a).isEmpty)
        }
        #expect(isHeld.prefix(6).contains(true) && !isHeld.suffix(4).contains(true))
        #expect(world.trusted(b).count == 257)
        // Back again: it sees that they are another's, and gets its share as anybody.
        world.step(a)
        #expect(world.trusted(a).isEmpty)
        world.pass(20, [a, b])
        #expect(world.trusted(a).count == 128)
    }

    @Test("A failed renewal is tried again with the next look, and not 3 s later")
    func failedRenewal() {
        var world = LeaseWorld()
        let a = world.join("a")
        world.step(a)
        world.table.now = 3000
        guard var core = world.cores[a] else { return }
        let beat = core.beat(at: 3000)
        #expect(beat.renewing.count == 257)
        core.failed(beat)
        #expect(core.beat(at: 4000).renewing.count == 257)
    }

    @Test("A server that drains has nothing after one look, and its heirs have all of it a look later")
    func drain() {
        var world = LeaseWorld()
        let a = world.join("a")
        let b = world.join("b")
        let c = world.join("c")
        world.pass(30, [a, b, c])
        world.drain(a)
        world.step(a)
        #expect(world.trusted(a).isEmpty)
        world.pass(2, [b, c])
        #expect(world.trusted(b).union(world.trusted(c)).count == 257)
        world.pass(10, [a, b, c])
        #expect(world.trusted(a).isEmpty, "it takes nothing any more")
    }

    @Test("The last server gives everything back when it drains, so that the next one need not wait")
    func lastOne() {
        var world = LeaseWorld()
        let a = world.join("a")
        world.pass(5, [a])
        world.drain(a)
        world.step(a)
        let b = world.join("b")
        world.step(b)
        #expect(world.trusted(b).count == 257)
    }

    @Test("Of 300 servers 257 have one unit each, and the others none")
    func many() {
        var world = LeaseWorld()
        let ids = (0..<300).map { world.join("s\($0)") }
        world.pass(1, ids)
        // Whoever came first took everything, and gives it away bit by bit.
        for _ in 0..<17 { world.step(ids[0]) }
        for _ in 0..<2 { for id in ids { world.step(id) } }
        let counts = ids.map { world.trusted($0).count }
        #expect(counts.max() == 1 && counts.reduce(0, +) == 257)
    }

    @Test("A job's shard is the first byte of the SHA-256 of its uid")
    func shard() throws {
        let uid = try #require(JobUID("00000000-0000-0000-0000-000000000000"))
        // SHA-256 of 16 zero bytes begins with 37 47 08 ff.
        #expect(WorkUnit(of: uid).number == 0x37)
    }
}
