// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowQUIC

@Suite("Connection registry")
struct ConnectionRegistryTests {
    private func id(_ bytes: UInt8...) throws -> ConnectionID {
        try #require(ConnectionID(bytes))
    }

    @Test("Many ids lead to one handle")
    func manyToOne() throws {
        var registry = ConnectionRegistry<String>()
        let first = try self.id(1)
        let second = try self.id(2)
        let firstIsNew = registry.insert(first, for: "a")
        #expect(firstIsNew)
        let secondIsNew = registry.insert(second, for: "a")
        #expect(secondIsNew)
        #expect(registry[first] == "a")
        #expect(registry[second] == "a")
        #expect(registry.connectionIDs(of: "a") == [first, second])
    }

    @Test("An id that is taken stays with its owner")
    func refusesTakenID() throws {
        var registry = ConnectionRegistry<String>()
        let id = try self.id(1)
        let isNew = registry.insert(id, for: "a")
        #expect(isNew)
        let isStolen = registry.insert(id, for: "b")
        #expect(!isStolen)
        let isKept = registry.insert(id, for: "a")
        #expect(isKept)
        #expect(registry[id] == "a")
        #expect(registry.connectionIDs(of: "b").isEmpty)
    }

    @Test("Removing one id leaves the others, removing a handle leaves none")
    func removal() throws {
        var registry = ConnectionRegistry<String>()
        let ids = try [self.id(1), self.id(2), self.id(3)]
        let areNew = ids.map { registry.insert($0, for: "a") }
        #expect(areNew == [true, true, true])
        let other = try self.id(9)
        let otherIsNew = registry.insert(other, for: "b")
        #expect(otherIsNew)
        let owner = registry.remove(ids[0])
        #expect(owner == "a")
        let nobody = registry.remove(ids[0])
        #expect(nobody == nil)
        let removed = registry.removeAll(of: "a")
        #expect(removed == 2)
        let left = registry.removeAll(of: "a")
        #expect(left == 0)
        #expect(registry.count == 1)
        #expect(registry[other] == "b")
    }

    @Test("Ids are equal only with the same bytes and the same length (RFC 9000 §5.1)")
    func identity() throws {
        #expect(try self.id(1, 2) != self.id(1, 2, 0))
        #expect(try self.id(0) != self.id())
        let long = Array(UInt8(0)..<20)
        #expect(ConnectionID(long) == ConnectionID(long))
        var changed = long
        changed[19] = 99
        #expect(ConnectionID(long) != ConnectionID(changed))
    }

    @Test("An id longer than 20 bytes is no id (RFC 9000 §17.2)")
    func refusesLongID() {
        #expect(ConnectionID([UInt8](repeating: 7, count: 20)) != nil)
        #expect(ConnectionID([UInt8](repeating: 7, count: 21)) == nil)
        #expect(ConnectionID([UInt8](repeating: 7, count: 255)) == nil)
    }
}
