// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import FlowCore

@Suite("What decides when and how often a job runs")
struct PoliciesTests {
    @Test(
        "Overlap: what becomes of one more execution (semantics 6)",
        arguments: [
            // policy, places, queue limit, running, waiting
            (OverlapPolicy.skip, 1, 5, 0, 0, Admission.start),
            (.skip, 3, 5, 1, 0, .refuse(.overlap, detail: "")),
            (.allow, 3, 5, 2, 0, .start),
            (.allow, 3, 5, 3, 0, .refuse(.overlap, detail: "")),
            (.queueOne, 1, 5, 0, 0, .start),
            (.queueOne, 1, 5, 1, 0, .wait),
            (.queueOne, 1, 5, 1, 1, .refuse(.queueFull, detail: "")),
            (.queueOne, 2, 5, 1, 0, .start),
            (.queue, 1, 5, 1, 4, .wait),
            (.queue, 1, 5, 1, 5, .refuse(.queueFull, detail: "")),
            // Nobody overtakes those that wait.
            (.queue, 2, 5, 1, 1, .wait),
            (.cancelPrevious, 1, 5, 0, 0, .start),
            (.cancelPrevious, 1, 5, 1, 0, .replace(running: 1)),
            (.cancelPrevious, 1, 5, 1, 1, .replace(running: 1)),
            (.cancelPrevious, 3, 5, 3, 0, .replace(running: 1)),
        ]
    )
    func admits(_ row: (OverlapPolicy, Int, Int, Int, Int, Admission)) {
        let policies = Policies(overlap: row.0, concurrency: row.1, queueLimit: row.2)
        switch (Admission(policies, running: row.3, waiting: row.4), row.5) {
        case (.refuse(let reason, let detail), .refuse(let expected, _)):
            #expect(reason == expected && !detail.isEmpty)
        case (let got, let expected): #expect(got == expected)
        }
    }

    @Test("FIRE_ALL runs as many as there is room for, and no more than it may (semantics 6)")
    func misfires() {
        func count(_ overlap: OverlapPolicy, _ concurrency: Int, _ queue: Int, _ limit: Int?) -> Int {
            let policies = Policies(
                overlap: overlap,
                concurrency: concurrency,
                queueLimit: queue,
                misfire: .fireAll,
                misfireLimit: limit
            )
            return policies.misfireCount
        }
        #expect(count(.skip, 1, 10, nil) == 1)
        #expect(count(.queueOne, 1, 10, nil) == 2)
        #expect(count(.queue, 1, 10, nil) == 11)
        #expect(count(.queue, 1, 10, 4) == 4)
        #expect(count(.allow, 100, 10, nil) == 100)
        #expect(count(.cancelPrevious, 1, 10, nil) == 1)
    }

    @Test("Pauses between attempts grow by their factor up to the longest (semantics 6)")
    func pauses() {
        let id = ExecutionID(bytes: [UInt8](repeating: 7, count: 16))!
        func pauses(_ retry: RetryPolicy) -> [Int64] { (1...5).map { retry.pause(after: $0, of: id) } }
        #expect(pauses(RetryPolicy(intervalSeconds: 10)) == [10_000, 10_000, 10_000, 10_000, 10_000])
        #expect(
            pauses(RetryPolicy(intervalSeconds: 10, backoffPermille: 2000))
                == [10_000, 20_000, 40_000, 80_000, 160_000]
        )
        #expect(
            pauses(RetryPolicy(intervalSeconds: 10, backoffPermille: 1500, longestSeconds: 20))
                == [10_000, 15_000, 20_000, 20_000, 20_000]
        )
        #expect(RetryPolicy(intervalSeconds: 3600, backoffPermille: 10_000).pause(after: 1000, of: id) == 86_400_000)
        // By chance, but the same chance each time, and never longer.
        let spread = RetryPolicy(intervalSeconds: 10, jitterPercent: 50)
        #expect(pauses(spread) == pauses(spread))
        #expect(pauses(spread).allSatisfy { (5000...10_000).contains($0) } && Set(pauses(spread)).count > 1)
    }

    @Test("A request may say after which statuses it is tried again; what is no answer always is")
    func retryStatuses() {
        let asks = Payload.http(HTTPPayload(url: "http://x/", retryStatuses: [502, 503]))
        let never = Payload.http(HTTPPayload(url: "http://x/", retryStatuses: []))
        let plain = Payload.http(HTTPPayload(url: "http://x/"))
        for (payload, status, isRetried) in [
            (asks, 503, true), (asks, 404, false), (asks, nil, true), (never, 503, false), (never, nil, true),
            (plain, 404, true), (.shell(ShellPayload(command: "x")), 404, true),
        ] as [(Payload, Int?, Bool)] {
            #expect(payload.mayRetry(httpStatus: status) == isRetried, "\(payload) \(status ?? 0)")
        }
    }

    @Test(
        "Which end may be followed by another attempt (S2's exit codes)",
        arguments: [
            (ExecutionStatus.failure, ExecutionReason.exitCode, 1, RetryCause.business),
            (.failure, .exitCode, 2, .technical),
            (.failure, .signal, nil, .technical),
            (.failure, .httpStatus, nil, .technical),
            (.failure, .interrupted, nil, .interrupted),
            (.failure, .spawn, nil, nil),
            (.timeout, nil, nil, .timeout),
            (.cancelled, .requested, nil, nil),
            (.success, nil, 0, nil),
        ] as [(ExecutionStatus, ExecutionReason?, Int?, RetryCause?)]
    )
    func causes(_ row: (ExecutionStatus, ExecutionReason?, Int?, RetryCause?)) {
        let cause = RetryCause(status: row.0, reason: row.1, exitCode: row.2)
        #expect(cause == row.3)
        #expect(RetryPolicy(count: 1).follows(attempt: 1, cause: cause) == (row.3 != nil))
        #expect(!RetryPolicy(count: 1).follows(attempt: 2, cause: cause))
        #expect(!RetryPolicy(count: 1, causes: []).follows(attempt: 1, cause: cause))
    }

    @Test("An interruption is followed by what on_interrupt says, whatever the count of retries is")
    func interruptions() throws {
        func follows(_ policy: RetryPolicy, _ attempt: Int, _ interruptions: Int, _ cause: RetryCause) -> Bool {
            policy.follows(attempt: attempt, interruptions: interruptions, cause: cause)
        }
        let table: [(RetryPolicy, attempt: Int, interruptions: Int, RetryCause, Bool)] = [
            (RetryPolicy(count: 0), 1, 0, .interrupted, false),
            (RetryPolicy(count: 1), 1, 0, .interrupted, true),
            (RetryPolicy(count: 1), 2, 0, .interrupted, false),
            (RetryPolicy(count: 5, interruption: .fail), 1, 0, .interrupted, false),
            (RetryPolicy(count: 5, interruption: .fail), 1, 0, .timeout, true),
            (RetryPolicy(count: 0, interruption: .retry), 1, 0, .interrupted, true),
            (RetryPolicy(count: 0, interruption: .retry), 10, 9, .interrupted, true),
            (RetryPolicy(count: 0, interruption: .retry), 11, 10, .interrupted, false),
            (RetryPolicy(count: 0, interruption: .retry), 2, 1, .technical, false),
            (RetryPolicy(count: 1, interruption: .retry), 3, 2, .technical, true),
            (RetryPolicy(count: 1, interruption: .retry), 4, 2, .technical, false),
            (RetryPolicy(count: 1, causes: [.timeout], interruption: .retry), 1, 0, .interrupted, true),
            (RetryPolicy(count: 1, causes: [.timeout], interruption: .retry), 1, 0, .technical, false),
        ]
        for (index, row) in table.enumerated() {
            #expect(follows(row.0, row.attempt, row.interruptions, row.3) == row.4, "row \(index)")
        }
        for policy in table.map(\.0) {
            #expect(try JSONDecoder().decode(RetryPolicy.self, from: JSONEncoder().encode(policy)) == policy)
        }
        let chosen = RetryPolicy(count: 2, causes: [.business], interruption: .retry)
        #expect(chosen.causes == [.business] && chosen.onInterrupt, "taken back, it leaves what was chosen")
    }

    @Test("What the first version stored is read, and untouched policies are written as it wrote them")
    func isCompatible() throws {
        let old = """
            {"catchUpWindowMilliseconds":3600000,"concurrency":1,"misfire":"fire_once",\
            "misfireThresholdMilliseconds":5000,"overlap":"skip",\
            "retry":{"count":2,"intervalSeconds":60,"onInterrupt":false},"timeoutSeconds":300}
            """
        let policies = try JSONDecoder().decode(Policies.self, from: Data(old.utf8))
        #expect(policies == Policies(retry: RetryPolicy(count: 2, onInterrupt: false)))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        #expect(String(decoding: try encoder.encode(policies), as: UTF8.self) == old)
        let full = Policies(
            overlap: .queue,
            queueLimit: 3,
            misfire: .fireAll,
            misfireLimit: 4,
            startDeadlineSeconds: 60,
            jitterMilliseconds: 1500,
            retry: RetryPolicy(
                count: 1,
                backoffPermille: 1500,
                longestSeconds: 600,
                jitterPercent: 9,
                causes: [.timeout]
            )
        )
        #expect(try JSONDecoder().decode(Policies.self, from: encoder.encode(full)) == full)
    }

    @Test("Jitter moves a start by less than its width, never past the next fire, each host its own way")
    func jitter() {
        let job = JobUID(bytes: [UInt8](repeating: 3, count: 16))!
        let nominal = Timestamp(seconds: 1_800_000_000)
        func start(_ agent: String, width: Int64, next: Timestamp? = nil) -> Timestamp {
            StartJitter.start(of: nominal, job: job, agent: AgentID(agent)!, jitterMilliseconds: width, next: next)
        }
        #expect(start("a", width: 0) == nominal)
        let starts = (0..<50).map { start("host-\($0)", width: 60_000) }
        #expect(starts.allSatisfy { $0 >= nominal && $0 < nominal.advanced(byMilliseconds: 60_000) })
        #expect(Set(starts).count > 40)
        #expect(start("a", width: 60_000) == start("a", width: 60_000))
        let next = nominal.advanced(byMilliseconds: 1)
        #expect((0..<9).allSatisfy { start("host-\($0)", width: 60_000, next: next) <= next })
    }
}
