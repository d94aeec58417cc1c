// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Ends that share a transaction on a busy host (decision 212)")
struct EndsInCompanyTests {
    /// A host on which so many executions run.
    private static func bench(running count: Int) -> CoreBench {
        let job = CoreBench.job(nil, policies: Policies(overlap: .allow, concurrency: max(100, count)))
        var bench = CoreBench(CoreBench.restored(job))
        bench.connect()
        bench.send(.received(.orders((0..<count).map { self.order(job, $0) })))
        return bench
    }

    private static func order(_ job: JobSnapshot, _ number: Int) -> Order {
        CoreBench.order(job, 0, kind: .manual, discriminator: "\(number)")
    }

    /// How many ends each transaction had.
    private static func ends(_ bench: CoreBench) -> [Int] {
        bench.effects.compactMap { effect -> Int? in
            guard case .commit(let operations) = effect else { return nil }
            let count = operations.count {
                if case .update(let entry, _) = $0 { entry.status.isTerminal } else { false }
            }
            return count > 0 ? count : nil
        }
    }

    @Test("Where many run, those that end within ten milliseconds are written together, and no later")
    func together() {
        var bench = Self.bench(running: 40)
        #expect(bench.launches.count == 40)
        for launch in bench.launches.prefix(3) { bench.finish(launch, .success) }
        bench.advance(to: 9)
        #expect(Self.ends(bench) == [])
        bench.finish(bench.launches[3], .failure)
        bench.advance(to: 10)
        #expect(Self.ends(bench) == [4])
        bench.finish(bench.launches[4], .success)
        bench.advance(to: 19)
        #expect(Self.ends(bench) == [4])
        bench.advance(to: 20)
        #expect(Self.ends(bench) == [4, 1])
    }

    @Test("Where many end within ten milliseconds, those of fifty are written together, and no later (decision 450)")
    func flood() {
        var bench = Self.bench(running: 60)
        for launch in bench.launches.prefix(8) { bench.finish(launch, .success) }
        bench.advance(to: 49)
        #expect(Self.ends(bench) == [])
        bench.finish(bench.launches[8], .success)
        bench.advance(to: 50)
        #expect(Self.ends(bench) == [9])
        // Not for ever: the next ones are counted anew.
        for launch in bench.launches[9..<12] { bench.finish(launch, .success) }
        bench.advance(to: 59)
        #expect(Self.ends(bench) == [9])
        bench.advance(to: 60)
        #expect(Self.ends(bench) == [9, 3])
    }

    @Test("Two hundred that end at once wait for nothing")
    func plenty() {
        var bench = Self.bench(running: 300)
        for launch in bench.launches.prefix(199) { bench.finish(launch, .success) }
        #expect(Self.ends(bench) == [])
        bench.finish(bench.launches[199], .success)
        #expect(Self.ends(bench) == [200])
    }

    @Test("Where few run, each end is written at once")
    func alone() {
        var bench = Self.bench(running: 5)
        for launch in bench.launches.prefix(3) { bench.finish(launch, .success) }
        #expect(Self.ends(bench) == [1, 1, 1])
    }

    @Test("A start waits for nobody, and takes along what waits")
    func starts() {
        var bench = Self.bench(running: 40)
        bench.finish(bench.launches[0], .success)
        #expect(Self.ends(bench) == [])
        let job = bench.launches[0].order.job
        bench.send(.received(.orders([Self.order(job, 40)])))
        #expect(bench.launches.count == 41)
        #expect(Self.ends(bench) == [1])
    }

    @Test("A transaction that takes long does not make the next one wait anew")
    func behindAnother() {
        var bench = Self.bench(running: 40)
        bench.commitsAtOnce = false
        let job = bench.launches[0].order.job
        bench.send(.received(.orders([Self.order(job, 40)])))
        bench.finish(bench.launches[0], .success)
        bench.advance(to: 15)
        bench.finish(bench.launches[1], .success)
        #expect(Self.ends(bench) == [])
        bench.commit()
        #expect(Self.ends(bench) == [2])
    }

    @Test("An agent that is told to stop writes what waits")
    func stopping() {
        var bench = Self.bench(running: 40)
        bench.finish(bench.launches[0], .success)
        #expect(Self.ends(bench) == [])
        bench.send(.stopping)
        #expect(Self.ends(bench) == [1])
        bench.finish(bench.launches[1], .success)
        #expect(Self.ends(bench) == [1, 1])
    }
}
