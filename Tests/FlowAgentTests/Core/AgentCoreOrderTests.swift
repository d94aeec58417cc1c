// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Orders on an agent")
struct AgentCoreOrderTests {
    private func bench(_ job: JobSnapshot) -> CoreBench {
        var bench = CoreBench(CoreBench.restored(job))
        bench.connect()
        return bench
    }

    @Test("The order of a job that is off here is SKIPPED(DISABLED) (R13)")
    func refusesDisabledJobs() {
        let job = CoreBench.job(version: 2, isEnabled: false)
        var bench = self.bench(job)
        bench.send(.received(.orders([CoreBench.order(CoreBench.job(version: 2), 60)])))
        #expect(bench.entries(.skipped).map(\.reason) == [.disabled])
        #expect(bench.launches.isEmpty)
    }

    @Test(
        "An order of an older version is SKIPPED: DISABLED when the job is off, STALE_CONFIG when it has other times (R4)"
    )
    func refusesStaleOrders() {
        let changes: [(JobSnapshot, ExecutionReason)] = [
            (CoreBench.job(version: 2, isEnabled: false), .disabled),
            (CoreBench.job("30 * * * * *", version: 2), .staleConfig),
        ]
        for (job, reason) in changes {
            var bench = self.bench(job)
            bench.send(.received(.orders([CoreBench.order(CoreBench.job(version: 1), 60)])))
            #expect(bench.entries(.skipped).map(\.reason) == [reason])
            bench.advance(to: 60_500)
            #expect(!bench.started.contains(60))
        }
    }

    @Test("An order of a version that is still to come is kept and runs at its time (R4)")
    func keepsOrdersOfNewerVersions() {
        var bench = self.bench(CoreBench.job("0 0 * * * *"))
        let order = CoreBench.order(CoreBench.job(version: 2), 60)
        bench.send(.received(.orders([order])))
        #expect(bench.acknowledged == [order.executionID])
        bench.advance(to: 60_000)
        #expect(bench.launches.map(\.id).contains(order.executionID))
    }

    @Test("A past time starts now, however old it is, and changes nothing of the schedule (R2, R10)")
    func startsBackfills() {
        let job = CoreBench.job(policies: Policies(overlap: .allow, concurrency: 9))
        var bench = self.bench(job)
        bench.advance(to: 30_000)
        let longAgo = CoreBench.base.advanced(byMilliseconds: -400 * 86_400_000)
        let past = CoreBench.order(job, 30, kind: .backfill, discriminator: "b/1", dataTime: longAgo)
        bench.send(.received(.orders([past])))
        #expect(bench.launches.map(\.id) == [past.executionID] && bench.acknowledged == [past.executionID])
        #expect(bench.launches.first?.order.scheduledTime == longAgo)
        bench.advance(to: 60_500)
        #expect(bench.started == [30, 60], "the next fire is not touched")
        #expect(bench.entries(.skipped).isEmpty)
    }

    @Test("An order is acknowledged when it is durable and not before (R4)")
    func acknowledgesDurableOrders() {
        let job = CoreBench.job(nil)
        var bench = self.bench(job)
        bench.commitsAtOnce = false
        let order = CoreBench.order(job, 0, kind: .manual, discriminator: "a")
        bench.send(.received(.orders([order])))
        #expect(bench.acknowledged.isEmpty)
        while bench.outstanding != nil { bench.commit() }
        #expect(bench.acknowledged == [order.executionID])
        #expect(bench.launches.map(\.id) == [order.executionID])
    }

    @Test("What the host's policy forbids, or the host does not offer, is SKIPPED(POLICY_DENIED) with the rule")
    func refusesForbiddenJobs() {
        let job = CoreBench.job(nil)
        #expect(HostPolicy(users: ["games"]).refusal(of: .shell(ShellPayload(command: "x"))) == nil)
        #expect(HostPolicy(users: ["games"]).refusal(of: .shell(ShellPayload(command: "x", runAs: "games"))) == nil)
        #expect(
            HostPolicy(users: ["games"]).refusal(of: .shell(ShellPayload(command: "x", runAs: "root")))
                == "the host's policy does not allow jobs of the user 'root' (users)"
        )
        for (policy, kinds, words) in [
            (HostPolicy(executors: ["sql"]), nil, "(executors)"),
            (HostPolicy(interpreters: ["/bin/bash"]), nil, "(interpreters)"),
            (HostPolicy(), [ExecutorKind.http], "offers no shell jobs"),
        ] {
            var bench = CoreBench(CoreBench.restored(job)) { configuration in
                configuration.policy = policy
                configuration.executors = kinds
            }
            bench.connect()
            bench.send(.received(.orders([CoreBench.order(job, 0, kind: .manual, discriminator: "a")])))
            #expect(bench.entries(.skipped).map(\.reason) == [.policyDenied])
            #expect(bench.entries(.skipped).first?.detail?.contains(words) == true)
            #expect(bench.launches.isEmpty)
        }
    }

    @Test("An order after its deadline is SKIPPED(DEADLINE) (semantics 6)")
    func refusesLateOrders() {
        let job = CoreBench.job(nil)
        var bench = self.bench(job)
        bench.advance(to: 3_600_001)
        bench.send(.received(.orders([CoreBench.order(job, 0, kind: .manual, discriminator: "a")])))
        #expect(bench.entries(.skipped).map(\.reason) == [.deadline])
        #expect(bench.launches.isEmpty)
    }

    @Test("A cancel that comes before its order wins (S3-4.3)")
    func remembersEarlyCancels() {
        let job = CoreBench.job(nil)
        var bench = self.bench(job)
        let order = CoreBench.order(job, 0, kind: .manual, discriminator: "a")
        bench.send(.received(.cancel(order.executionID, force: false)))
        bench.send(.received(.orders([order])))
        #expect(bench.entries(.cancelled).map(\.id) == [order.executionID])
        #expect(bench.launches.isEmpty)
    }

    @Test("A cancel of an order that waits for its time leaves a tombstone: it never starts (semantics 6, stop)")
    func buriesWaitingOrders() {
        let job = CoreBench.job(nil)
        var bench = self.bench(job)
        let order = CoreBench.order(job, 60, kind: .manual, discriminator: "a")
        bench.send(.received(.orders([order])))
        bench.send(.received(.cancel(order.executionID, force: false)))
        bench.send(.received(.orders([order])))
        bench.advance(to: 61_000)
        #expect(bench.entries(.cancelled).map(\.id) == [order.executionID])
        #expect(bench.launches.isEmpty)
    }

    @Test("A cancel between the decision and its commit still reaches the process")
    func cancelsDuringTheCommit() throws {
        let job = CoreBench.job(nil)
        var bench = self.bench(job)
        bench.commitsAtOnce = false
        let order = CoreBench.order(job, 0, kind: .manual, discriminator: "a")
        bench.send(.received(.orders([order])))
        bench.send(.received(.cancel(order.executionID, force: false)))
        while bench.outstanding != nil { bench.commit() }
        let launch = try #require(bench.effects.firstIndex { if case .launch = $0 { true } else { false } })
        let cancel = try #require(bench.effects.lastIndex(of: .cancel(order.executionID, force: false)))
        #expect(launch < cancel)
    }

    @Test("A process that fails because it was stopped is CANCELLED, and is not tried again (S1-FR-4.5)")
    func endsCancelledWithoutRetry() {
        let job = CoreBench.job(nil, policies: Policies(retry: RetryPolicy(count: 3, intervalSeconds: 1)))
        var bench = self.bench(job)
        let order = CoreBench.order(job, 0, kind: .manual, discriminator: "a")
        bench.send(.received(.orders([order])))
        bench.send(.received(.cancel(order.executionID, force: true)))
        #expect(bench.effects.contains(.cancel(order.executionID, force: true)))
        bench.finish(bench.launches[0], .failure, reason: .signal)
        bench.advance(to: 10_000)
        #expect(bench.entries(.cancelled).map(\.reason) == [.requested])
        #expect(bench.launches.count == 1)
    }

    @Test("A failed attempt is followed by the next after the interval, until there are no more (semantics 2)")
    func retries() {
        let job = CoreBench.job(nil, policies: Policies(retry: RetryPolicy(count: 1, intervalSeconds: 5)))
        var bench = self.bench(job)
        bench.send(.received(.orders([CoreBench.order(job, 0, kind: .manual, discriminator: "a")])))
        bench.finish(bench.launches[0], .failure, reason: .exitCode)
        #expect(bench.entries(.pending).map(\.reason) == [.awaitingRetry])
        bench.advance(to: 4999)
        #expect(bench.launches.count == 1)
        bench.advance(to: 5000)
        #expect(bench.launches.map(\.attempt) == [1, 2])
        // A late word about the first attempt changes nothing.
        bench.finish(bench.launches[0], .success)
        #expect(bench.entries(.running).map(\.attempt) == [2])
        bench.finish(bench.launches[1], .timeout)
        #expect(bench.entries(.timeout).map(\.attempt) == [2])
        let ends = bench.reports.flatMap(\.attempts)
        #expect(ends.map(\.number) == [1, 2] && ends.map(\.status) == [.failure, .timeout])
        #expect(ends.first?.reason == .exitCode, "the record of the first attempt says why it failed")
    }

    @Test("A cancel ends the wait for a retry (S3-4.3)")
    func cancelsTheWait() {
        let job = CoreBench.job(nil, policies: Policies(retry: RetryPolicy(count: 1, intervalSeconds: 5)))
        var bench = self.bench(job)
        let order = CoreBench.order(job, 0, kind: .manual, discriminator: "a")
        bench.send(.received(.orders([order])))
        bench.finish(bench.launches[0], .failure, reason: .exitCode)
        bench.send(.received(.cancel(order.executionID, force: false)))
        bench.advance(to: 6000)
        #expect(bench.entries(.cancelled).map(\.id) == [order.executionID])
        #expect(bench.launches.count == 1)
    }

    @Test("A job that says what only a newer agent knows is refused, by order and by timer, and never started")
    func refusesWhatItDoesNotKnow() {
        var job = CoreBench.job()
        job.unsupported = "it needs 'calendars'"
        var bench = CoreBench(CoreBench.restored(job))
        bench.connect()
        let manual = CoreBench.order(job, 0, kind: .manual, discriminator: "a")
        bench.send(.received(.orders([manual])))
        #expect(bench.acknowledged == [manual.executionID])
        bench.advance(to: 61_000)
        let refused = bench.entries(.skipped)
        #expect(refused.map(\.reason) == [.policyDenied, .policyDenied] && bench.launches.isEmpty)
        #expect(refused.allSatisfy { $0.detail?.contains("it needs 'calendars'. Upgrade the agent") == true })
    }

    @Test("What was running when the agent died is INTERRUPTED, and runs again if it may (semantics 3)")
    func recovers() throws {
        for (count, status) in [(0, ExecutionStatus.failure), (1, .pending)] {
            let job = CoreBench.job(nil, policies: Policies(retry: RetryPolicy(count: count, intervalSeconds: 5)))
            var restored = CoreBench.restored(job)
            let order = CoreBench.order(job, 0, kind: .manual, discriminator: "a")
            restored.open = [LedgerEntry(order: order, status: .running, attempt: 1, isLocal: false)]
            var bench = CoreBench(restored)
            let entry = try #require(bench.entries[order.executionID])
            #expect(entry.status == status)
            #expect(entry.reason == (count == 0 ? .interrupted : .awaitingRetry))
            bench.advance(to: 5000)
            #expect(bench.launches.map(\.attempt) == (count == 0 ? [] : [2]))
        }
    }

    @Test("What outlived the agent goes on: it holds its place, is not started again, and ends as its runner says")
    func survives() throws {
        let job = CoreBench.job(
            nil,
            policies: Policies(overlap: .skip, retry: RetryPolicy(count: 3, intervalSeconds: 1))
        )
        var restored = CoreBench.restored(job)
        let order = CoreBench.order(job, 0, kind: .manual, discriminator: "a")
        restored.open = [LedgerEntry(order: order, status: .running, attempt: 2, isLocal: false)]
        let key = AttemptKey(id: order.executionID, attempt: 2)
        var bench = CoreBench(restored, surviving: [key])
        bench.advance(to: 5000)
        #expect(bench.launches.isEmpty)
        #expect(bench.entries[order.executionID]?.status == .running)
        let end = Outcome(status: .success, exitCode: 0, startedAt: nil, finishedAt: 1)
        bench.send(.supervisor(.finished(order.executionID, attempt: 2, end)))
        #expect(bench.entries[order.executionID]?.status == .success)
        // The same execution's other attempt is not this one.
        let other = CoreBench(restored, surviving: [AttemptKey(id: order.executionID, attempt: 1)])
        #expect(other.entries[order.executionID]?.reason == .awaitingRetry)
    }
}
