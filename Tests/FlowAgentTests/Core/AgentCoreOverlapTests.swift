// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Executions of one job on one host")
struct AgentCoreOverlapTests {
    private func bench(_ policies: Policies, cron: String? = "0 * * * * *") -> CoreBench {
        CoreBench(CoreBench.restored(CoreBench.job(cron, policies: policies)))
    }

    @Test("QUEUE: they wait in order, start one after the other, and the last ones find no place (semantics 6)")
    func queues() {
        var bench = self.bench(Policies(overlap: .queue, queueLimit: 2))
        for minute in Int64(1)...4 { bench.advance(to: minute * 60_000) }
        #expect(bench.started == [60])
        #expect(bench.entries(.pending).map(\.reason) == [.queued, .queued])
        #expect(bench.entries(.skipped).map(\.reason) == [.queueFull])
        bench.finish(bench.launches[0], .success)
        #expect(bench.started == [60, 120])
        bench.finish(bench.launches[1], .failure, reason: .exitCode)
        #expect(bench.started == [60, 120, 180])
        bench.finish(bench.launches[2], .success)
        #expect(bench.started == [60, 120, 180])
        bench.advance(to: 300_000)
        #expect(bench.started == [60, 120, 180, 300])
    }

    @Test("QUEUE_ONE: one waits, further ones are SKIPPED(QUEUE_FULL)")
    func queuesOne() {
        var bench = self.bench(Policies(overlap: .queueOne))
        for minute in Int64(1)...3 { bench.advance(to: minute * 60_000) }
        #expect(bench.entries(.pending).count == 1)
        #expect(bench.entries(.skipped).map(\.reason) == [.queueFull])
        bench.finish(bench.launches[0], .success)
        #expect(bench.started == [60, 120])
    }

    @Test("CANCEL_PREVIOUS: the older one is stopped, and the newest starts when it has ended")
    func replaces() {
        var bench = self.bench(Policies(overlap: .cancelPrevious, retry: RetryPolicy(count: 3, intervalSeconds: 1)))
        for minute in Int64(1)...3 { bench.advance(to: minute * 60_000) }
        let first = bench.launches[0].id
        #expect(bench.effects.contains(.cancel(first, force: false)))
        // The one that waited gave way to a newer one.
        #expect(bench.entries(.cancelled).map(\.reason) == [.overlap])
        #expect(bench.started == [60])
        bench.finish(bench.launches[0], .failure, reason: .signal)
        #expect(bench.started == [60, 180])
        #expect(bench.entries(.cancelled).count == 2 && bench.entries(.cancelled).allSatisfy { $0.reason == .overlap })
    }

    @Test("What waits does so after a restart too, and starts once (R1)")
    func waitsAcrossRestarts() {
        let job = CoreBench.job(policies: Policies(overlap: .queue))
        var restored = CoreBench.restored(job, cursor: 180)
        restored.open = [120, 180].map { seconds in
            LedgerEntry(order: CoreBench.order(job, seconds), status: .pending, reason: .queued, isLocal: true)
        }
        var bench = CoreBench(restored, at: CoreBench.time(190))
        #expect(bench.started == [120])
        bench.finish(bench.launches[0], .success)
        #expect(bench.started == [120, 180])
    }

    @Test("Nothing that waits starts before its waiting is durable (R1)")
    func waitsDurably() {
        var bench = self.bench(Policies(overlap: .queue))
        bench.advance(to: 60_000)
        bench.commitsAtOnce = false
        bench.advance(to: 120_000)
        bench.finish(bench.launches[0], .success)
        #expect(bench.started == [60])
        while bench.outstanding != nil { bench.commit() }
        #expect(bench.started == [60, 120])
    }

    @Test("What a clock ahead of the truth put into the queue waits for its time, too (R8)")
    func holdsPrematureOnes() {
        let job = CoreBench.job(policies: Policies(overlap: .queue))
        var bench = CoreBench(CoreBench.restored(job), wallError: 90_000)
        #expect(bench.started == [60])
        bench.advance(to: 30_000)
        #expect(bench.entries(.pending).count == 1)
        bench.connect()
        bench.finish(bench.launches[0], .success)
        bench.advance(to: 119_000)
        #expect(bench.started == [60])
        bench.advance(to: 120_400)
        #expect(bench.started == [60, 120])
    }

    @Test("What waits can be stopped, ends with its job, and ends at its start deadline")
    func endsWaiting() throws {
        var bench = self.bench(Policies(overlap: .queue, startDeadlineSeconds: 90))
        for minute in Int64(1)...3 { bench.advance(to: minute * 60_000) }
        let waiting = bench.entries(.pending).map(\.id)
        #expect(waiting.count == 2)
        bench.send(.received(.cancel(waiting[1], force: false)))
        #expect(bench.entries(.cancelled).map(\.id) == [waiting[1]])
        bench.advance(to: 211_000)
        #expect(bench.entries(.skipped).map(\.reason) == [.deadline])
        bench.advance(to: 240_000)
        bench.connect()
        let off = CoreBench.job(version: 2, isEnabled: false)
        bench.send(.received(.config(ConfigUpdate(version: 2, base: 1, upserts: [off]))))
        #expect(bench.entries(.skipped).map(\.reason) == [.deadline, .disabled])
        #expect(bench.entries(.pending).isEmpty)
    }

    @Test("After a downtime FIRE_ALL queues as many missed fires as there is room for (semantics 6)")
    func catchesUp() {
        let policies = Policies(overlap: .queue, queueLimit: 3, misfire: .fireAll)
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: policies)), at: CoreBench.time(630))
        #expect(bench.started == [420])
        #expect(bench.entries(.pending).count == 3)
        #expect(bench.entries(.skipped).map(\.reason) == [.misfireCoalesced])
        for index in 0..<4 { bench.finish(bench.launches[index], .success) }
        #expect(bench.started == [420, 480, 540, 600])
    }

    @Test("With jitter a fire starts at its own moment after its time, and is not missed meanwhile")
    func jitters() {
        var bench = self.bench(Policies(jitterMilliseconds: 30_000))
        bench.advance(to: 60_000)
        bench.advance(to: 90_000)
        #expect(bench.started == [60])
        #expect(bench.entries(.skipped).isEmpty)
    }

    @Test("An execution that dies with its agent is tried again beside its retries, or not at all (on_interrupt)")
    func interruptions() throws {
        for (interruption, count, attempts) in [
            (InterruptPolicy?.none, 0, 1), (.none, 1, 2), (.fail, 1, 1), (.retry, 0, 3), (.retry, 1, 4),
        ] {
            let retry = RetryPolicy(count: count, intervalSeconds: 1, interruption: interruption)
            var restored = CoreBench.restored(CoreBench.job(policies: Policies(retry: retry)))
            var bench = CoreBench(restored)
            bench.advance(to: 60_500)
            var launches = bench.launches.count
            // Two deaths of the agent, and then attempts that fail by themselves.
            for death in 1...2 {
                guard let entry = bench.entries(.running).first else { break }
                restored.open = [entry]
                restored.cursors[entry.order.job.uid] = CoreBench.time(60)
                let second = Int64(60 + 5 * death)
                bench = CoreBench(restored, at: CoreBench.time(second))
                bench.advance(to: (second + 2) * 1000)
                launches += bench.launches.count
            }
            while let last = bench.launches.last,
                bench.entries(.running).contains(where: { $0.attempt == last.attempt })
            {
                bench.finish(last, .failure, reason: .exitCode, exitCode: 2)
                let before = bench.launches.count
                bench.advance(to: bench.now.milliseconds(since: CoreBench.base) + 2000)
                launches += bench.launches.count - before
            }
            #expect(launches == attempts, "\(String(describing: interruption)), \(count)")
        }
    }

    @Test("A retry follows only on the causes that were chosen")
    func choosesCauses() {
        for (causes, attempts) in [([RetryCause.technical], 1), ([.business], 2)] {
            let retry = RetryPolicy(count: 1, intervalSeconds: 1, causes: Set(causes))
            var bench = self.bench(Policies(retry: retry))
            bench.advance(to: 60_000)
            bench.finish(bench.launches[0], .failure, reason: .exitCode, exitCode: 1)
            bench.advance(to: 62_000)
            #expect(bench.launches.count == attempts)
        }
    }
}

@Suite("Fixed delay")
struct AgentCoreDelayTests {
    private static func job(_ policies: Policies = Policies(), limits: ScheduleLimits = ScheduleLimits()) -> JobSnapshot
    {
        let job = CoreBench.job(nil, policies: policies)
        return JobSnapshot(
            uid: job.uid,
            id: job.id,
            version: 1,
            name: job.name,
            payload: job.payload,
            schedule: ScheduleSpec.delay(milliseconds: 30_000).limited(limits),
            policies: policies,
            isEnabled: true
        )
    }

    @Test("A pause that ends outside the daily window lasts until that opens, and none begins a run after the end date")
    func limited() {
        // The bench begins at midnight: the window opens 60 s later.
        let limits = ScheduleLimits(
            notAfter: CoreBench.base.advanced(byMilliseconds: 100_000),
            window: DailyWindow(from: 1, to: 10, timeZone: "UTC")
        )
        var bench = CoreBench(CoreBench.restored(Self.job(limits: limits)))
        bench.advance(to: 59_999)
        #expect(bench.launches.isEmpty)
        bench.advance(to: 60_000)
        #expect(bench.started == [60])
        bench.finish(bench.launches[0], .success)
        bench.advance(to: 90_000)
        #expect(bench.started == [60, 90])
        bench.finish(bench.launches[1], .success)
        bench.advance(to: 500_000)
        #expect(bench.started == [60, 90])
    }

    @Test("The next run begins one delay after the end of the one before, whatever that took (S1-FR-1.1)")
    func follows() {
        var bench = CoreBench(CoreBench.restored(Self.job()))
        bench.advance(to: 29_999)
        #expect(bench.launches.isEmpty)
        bench.advance(to: 30_000)
        #expect(bench.started == [30])
        bench.advance(to: 100_000)
        #expect(bench.started == [30])
        bench.finish(bench.launches[0], .failure, reason: .exitCode)
        bench.advance(to: 129_999)
        #expect(bench.started == [30])
        bench.advance(to: 130_000)
        #expect(bench.started == [30, 130])
    }

    @Test(
        "A run that ends between a hello and its welcome begins the pause there and then, in the same transaction (S1-FR-1.1, R6)"
    )
    func endsWhileGreeting() {
        var bench = CoreBench(CoreBench.restored(Self.job()))
        bench.advance(to: 30_000)
        // The next would be due at 60 if nothing had run meanwhile.
        bench.advance(to: 61_000)
        bench.send(.linkUp)
        bench.commitsAtOnce = false
        bench.advance(to: 61_400)
        bench.finish(bench.launches[0], .success)
        let ended = bench.outstanding ?? []
        #expect(ended.contains { if case .update(let entry, _) = $0 { entry.status == .success } else { false } })
        #expect(
            ended.contains {
                if case .advanceCursor(_, let cursor) = $0 {
                    cursor == CoreBench.base.advanced(byMilliseconds: 61_400)
                } else {
                    false
                }
            }
        )
        while bench.outstanding != nil { bench.commit() }
        bench.commitsAtOnce = true
        bench.advance(to: 91_399)
        #expect(bench.started == [30])
        bench.advance(to: 91_400)
        #expect(bench.launches.count == 2)
    }

    @Test("The pause counts from the end of the last attempt")
    func waitsForRetries() {
        var bench = CoreBench(CoreBench.restored(Self.job(Policies(retry: RetryPolicy(count: 1, intervalSeconds: 40)))))
        bench.advance(to: 30_000)
        bench.finish(bench.launches[0], .failure, reason: .exitCode)
        bench.advance(to: 70_000)
        #expect(bench.launches.map(\.attempt) == [1, 2])
        bench.finish(bench.launches[1], .success)
        bench.advance(to: 99_999)
        #expect(bench.launches.count == 2)
        bench.advance(to: 100_000)
        #expect(bench.started == [30, 30, 100])
    }

    @Test("A restart waits for what is left of the pause; one that interrupts a run begins it anew")
    func survivesRestarts() {
        let job = Self.job()
        var waiting = CoreBench(CoreBench.restored(job, cursor: 20), at: CoreBench.time(45))
        waiting.advance(to: 50_000)
        #expect(waiting.started == [50])
        var restored = CoreBench.restored(job)
        restored.open = [LedgerEntry(order: CoreBench.order(job, 30), status: .running, attempt: 1, isLocal: true)]
        var interrupted = CoreBench(restored, at: CoreBench.time(200))
        interrupted.advance(to: 229_999)
        #expect(interrupted.launches.isEmpty)
        interrupted.advance(to: 230_000)
        #expect(interrupted.started == [230])
    }

    @Test("Of a downtime one run is left, and none with SKIP")
    func comesBackLate() {
        let late = CoreBench(CoreBench.restored(Self.job()), at: CoreBench.time(3000))
        #expect(late.started == [30])
        var skipping = CoreBench(CoreBench.restored(Self.job(Policies(misfire: .skip))), at: CoreBench.time(3000))
        #expect(skipping.entries(.skipped).map(\.reason) == [.misfire])
        skipping.advance(to: 3_030_000)
        #expect(skipping.started == [3030])
    }
}
