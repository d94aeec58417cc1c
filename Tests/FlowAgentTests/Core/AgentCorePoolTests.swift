// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Jobs that share a pool of places on a host")
struct AgentCorePoolTests {
    private static func job(
        _ number: UInt8,
        _ cron: String,
        places: Int = 1,
        overlap: OverlapPolicy = .skip,
        deadline: Int? = nil
    ) -> JobSnapshot {
        JobSnapshot(
            uid: JobUID(bytes: [UInt8](repeating: number, count: 16))!,
            id: JobID(number),
            version: 1,
            name: "job-\(number)",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .cron(expression: cron, timeZone: "UTC", dst: .debian),
            policies: Policies(
                overlap: overlap,
                startDeadlineSeconds: deadline,
                pool: PoolUse(name: "db", places: places)
            ),
            isEnabled: true
        )
    }

    private static func restored(_ jobs: [JobSnapshot]) -> LedgerSnapshot {
        LedgerSnapshot(
            incarnation: "one",
            configVersion: 1,
            jobs: jobs,
            cursors: Dictionary(uniqueKeysWithValues: jobs.map { ($0.uid, CoreBench.base) })
        )
    }

    private static func launched(_ bench: CoreBench) -> [JobID] { bench.launches.map(\.order.job.id) }

    @Test("wait in the order in which they came, with the reason, and start as places become free")
    func waitsInOrder() throws {
        let jobs = [Self.job(1, "0 1 * * * *"), Self.job(2, "1 1 * * * *"), Self.job(3, "2 1 * * * *")]
        var bench = CoreBench(Self.restored(jobs))
        bench.advance(to: 63_000)
        #expect(Self.launched(bench) == [1])
        let waiting = bench.entries(.pending)
        #expect(waiting.map(\.order.job.id) == [2, 3])
        #expect(
            waiting.allSatisfy { $0.reason == .queued && $0.detail == "waits for a place in pool 'db' on the host" }
        )
        bench.finish(bench.launches[0], .success)
        #expect(Self.launched(bench) == [1, 2])
        bench.advance(to: 70_000)
        bench.finish(bench.launches[1], .failure, reason: .exitCode, exitCode: 1)
        #expect(Self.launched(bench) == [1, 2, 3])
        #expect(bench.launches.allSatisfy { $0.attempt == 1 })
    }

    @Test("start beside each other while the pool has places, and another pool is no obstacle")
    func places() {
        var other = Self.job(4, "0 1 * * * *").policies
        other.pool = PoolUse(name: "net", places: 1)
        let jobs = (1...3).map { Self.job($0, "0 1 * * * *", places: 2) }
        let stranger = JobSnapshot(
            uid: Self.job(4, "").uid,
            id: 4,
            version: 1,
            name: "other",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .cron(expression: "0 1 * * * *", timeZone: "UTC", dst: .debian),
            policies: other,
            isEnabled: true
        )
        var bench = CoreBench(Self.restored(jobs + [stranger]))
        bench.advance(to: 61_000)
        #expect(Self.launched(bench).sorted() == [1, 2, 4])
    }

    @Test("What a clock ahead of the truth brought to the pool holds no place of its job before its time (R8)")
    func holdsNoPlaceEarly() {
        let jobs = [Self.job(1, "0 1 * * * *"), Self.job(2, "0 * * * * *", overlap: .queueOne)]
        // Its clock says 00:03:20: the last fire of job 2 that it knows is that of 00:03:00, and waits for the pool.
        var bench = CoreBench(Self.restored(jobs), wallError: 200_000)
        #expect(Self.launched(bench) == [1])
        bench.advance(to: 10_000)
        bench.connect()
        bench.finish(bench.launches[0], .success)
        for minute in Int64(1)...3 {
            bench.advance(to: minute * 60_000 + 400)
            #expect(bench.launches.last?.order.nominal == CoreBench.time(minute * 60), "minute \(minute)")
            if let last = bench.launches.last { bench.finish(last, .success) }
        }
        #expect(Self.launched(bench) == [1, 2, 2, 2])
        #expect(bench.entries(.skipped).isEmpty)
    }

    @Test("One that waits for the pool holds the place of its job: the next fire overlaps it")
    func overlaps() {
        let jobs = [Self.job(1, "0 1 * * * *"), Self.job(2, "1,11 1 * * * *")]
        var bench = CoreBench(Self.restored(jobs))
        bench.advance(to: 72_000)
        #expect(bench.entries(.skipped).map(\.reason) == [.overlap])
        bench.finish(bench.launches[0], .success)
        #expect(Self.launched(bench) == [1, 2])
    }

    @Test("A newer execution takes the place of one that waits for the pool")
    func replaces() {
        let jobs = [Self.job(1, "0 1 * * * *"), Self.job(2, "1,11 1 * * * *", overlap: .cancelPrevious)]
        var bench = CoreBench(Self.restored(jobs))
        bench.advance(to: 72_000)
        #expect(bench.entries(.cancelled).map(\.reason) == [.overlap])
        bench.finish(bench.launches[0], .success)
        #expect(Self.launched(bench) == [1, 2] && bench.started == [60, 71])
    }

    @Test("Who waits can be cancelled, ends with its deadline and with its job, and holds up nobody then")
    func leaves() throws {
        let jobs = [
            Self.job(1, "0 1 * * * *"), Self.job(2, "1 1 * * * *"), Self.job(3, "2 1 * * * *", deadline: 10),
            Self.job(4, "3 1 * * * *"),
        ]
        var bench = CoreBench(Self.restored(jobs))
        bench.connect()
        bench.advance(to: 64_000)
        let second = try #require(bench.entries(.pending).first { $0.order.job.id == 2 })
        bench.send(.received(.cancel(second.id, force: false)))
        #expect(bench.entries(.cancelled).map(\.id) == [second.id])
        bench.advance(to: 75_000)
        #expect(bench.entries(.skipped).map(\.reason) == [.deadline])
        bench.finish(bench.launches[0], .success)
        #expect(Self.launched(bench) == [1, 4])
    }

    @Test("After a restart what runs on still holds its place, and those that waited still wait")
    func restarts() throws {
        let jobs = [Self.job(1, "0 1 * * * *"), Self.job(2, "1 1 * * * *")]
        var bench = CoreBench(Self.restored(jobs))
        bench.advance(to: 63_000)
        var restored = Self.restored(jobs)
        restored.open = bench.entries(.running) + bench.entries(.pending)
        for job in jobs { restored.cursors[job.uid] = CoreBench.time(62) }
        let running = try #require(bench.entries(.running).first)
        var next = CoreBench(
            restored,
            surviving: [AttemptKey(id: running.id, attempt: 1)],
            at: CoreBench.time(65)
        )
        next.advance(to: 70_000)
        #expect(next.launches.isEmpty)
        next.finish(Launch(order: running.order, attempt: 1), .success)
        #expect(Self.launched(next) == [2])
    }
}
