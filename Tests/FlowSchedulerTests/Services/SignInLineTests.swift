// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowScheduler

@Suite("Whose password is looked at next")
struct SignInLineTests {
    @Test("Who is known comes first, then who failed least, then who came first")
    func order() {
        var line = SignInLine()
        #expect(line.enter("a", isKnown: false, failures: 0) == .goes)
        let entries = [("b", false, 9), ("c", false, 4), ("d", false, 4), ("e", true, 90), ("f", true, 0)]
        for (index, (place, isKnown, failures)) in entries.enumerated() {
            let entry = line.enter(ExactText(place), isKnown: isKnown, failures: failures)
            #expect(entry == .waits(UInt64(index + 1), putOut: nil))
        }
        #expect((0..<6).map { _ in line.next() } == [5, 4, 2, 3, 1, nil])
        #expect(line.enter("a", isKnown: false, failures: 0) == .goes)
    }

    @Test("However many come, few wait; strangers put out nobody who is known, and one place has few places")
    func bounded() {
        var line = SignInLine()
        _ = line.enter("first", isKnown: true, failures: 0)
        for number in 0..<10_000 { _ = line.enter(ExactText("net \(number)"), isKnown: false, failures: number % 7) }
        #expect(line.count == SignInLine.places)
        for number in 0..<SignInLine.places {
            guard case .waits(_, putOut: .some) = line.enter(ExactText("home \(number)"), isKnown: true, failures: 0)
            else {
                Issue.record("home \(number)")
                continue
            }
        }
        #expect(line.enter("stranger", isKnown: false, failures: 0) == .full)
        #expect(line.enter("one more", isKnown: true, failures: 0) == .full)

        var other = SignInLine()
        let entries = (0...SignInLine.placesForOne + 1).map { _ in other.enter("net", isKnown: false, failures: 0) }
        #expect(entries.last == .full && !entries.dropLast().contains(.full))
        #expect(other.enter("net", isKnown: true, failures: 0) != .full)
    }

    /// From where the owner of the account comes.
    enum Owner: Sendable, CaseIterable {
        case knownBrowser, knownNetwork, stranger

        static let home = "192.0.2.1"
        var device: ExactText? { self == .knownBrowser ? "device 1" : nil }
    }

    /// A minute of an attack in steps of ten milliseconds; a password takes 200 ms to look at.
    private struct Attack {
        var limiter = SignInLimiter()
        var line = SignInLine()
        var running: (owner: Bool, endsAt: Int64)?
        var owners: [UInt64: Int64] = [:]
        var longestWait: Int64 = 0
        var mostWaiting = 0
        var refusals = 0
        var served = 0

        /// - Parameter owner: nil for one who guesses.
        mutating func arrive(from address: String, owner: Owner? = nil, at time: Int64) {
            let now = Timestamp(milliseconds: time)
            let device = owner?.device
            guard self.limiter.attempt(user: "ada", address: address, device: device, now: now) == nil else {
                #expect(owner == nil, "the owner is never kept out")
                self.refusals += 1
                return
            }
            let failures = self.limiter.failures(at: address, now: now)
            let isKnown = owner != nil && owner != .stranger
            switch self.line.enter(device ?? ExactText(address), isKnown: isKnown, failures: failures) {
            case .goes: self.running = (owner != nil, time + 200)
            case .waits(let number, let putOut):
                if owner != nil { self.owners[number] = time }
                if let putOut {
                    #expect(self.owners[putOut] == nil, "the owner keeps the place")
                    self.refusals += 1
                }
            case .full:
                #expect(owner == nil, "the owner finds a place")
                self.refusals += 1
            }
            if owner != nil { self.limiter.succeeded(user: "ada", address: address, device: device) }
            self.mostWaiting = max(self.mostWaiting, self.line.count)
        }

        mutating func pass(to time: Int64) {
            guard let running, running.endsAt <= time else { return }
            self.served += 1
            self.running = nil
            guard let next = self.line.next() else { return }
            if let since = self.owners.removeValue(forKey: next) {
                self.longestWait = max(self.longestWait, time + 200 - since)
                self.running = (true, time + 200)
            } else {
                self.running = (false, time + 200)
            }
        }
    }

    @Test(
        "10,000 wrong passwords for one account, from one address, a hundred, or each from another: its owner is in within 2 s",
        arguments: [
            (1, .knownBrowser), (100, .knownBrowser), (10_000, .knownNetwork), (100, .knownNetwork), (1, .stranger),
            (100, .stranger),
        ] as [(Int, Owner)]
    )
    func attack(networks: Int, owner: Owner) {
        var attack = Attack()
        var sent = 0
        for step in Int64(0)..<6_000 {
            let time = step * 10
            attack.pass(to: time)
            while sent < 10_000, sent * 6_000 < Int(step + 1) * 10_000 {
                attack.arrive(from: "198.51.\(sent % networks).7", at: time)
                sent += 1
            }
            if step % 300 == 150 { attack.arrive(from: Owner.home, owner: owner, at: time) }
        }
        #expect(sent == 10_000)
        #expect(attack.owners.isEmpty)
        #expect(attack.longestWait <= 410, "one that runs, and the own one: \(attack.longestWait)")
        #expect(attack.mostWaiting <= SignInLine.places)
        #expect(attack.refusals > 8_900, "\(attack.refusals)")
        #expect(attack.served <= 300)
        #expect(attack.limiter.count <= 20_000)
    }

    @Test("One at a time, and who finds no place is told to come again")
    func queue() async throws {
        let queue = SignInQueue()
        let (gates, open) = AsyncStream.makeStream(of: Void.self)
        let (entries, entered) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                _ = try await queue.perform(from: "first", isKnown: false, failures: 0) {
                    entered.yield()
                    for await _ in gates { break }
                    return true
                }
                return "first"
            }
            for await _ in entries { break }
            for number in 0..<100 {
                group.addTask {
                    do {
                        let answer = try await queue.perform(
                            from: ExactText("\(number)"),
                            isKnown: false,
                            failures: 0,
                            { false }
                        )
                        return "\(answer)"
                    } catch let error as CoreError where error.code == .unavailable && error.retryAfter != nil {
                        return "full"
                    }
                }
            }
            var results: [String] = []
            while results.count < 100 - SignInLine.places, let result = try await group.next() {
                results.append(result)
            }
            #expect(Set(results) == ["full"])
            open.yield()
            for try await result in group { results.append(result) }
            #expect(results.count { $0 == "false" } == SignInLine.places && results.contains("first"))
            #expect(results.count == 101)
        }
        #expect(queue.count == 0)
    }
}
