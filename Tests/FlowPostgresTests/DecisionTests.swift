// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowPostgres

@Suite("PostgreSQL client's decisions")
struct DecisionTests {
    private func error(_ code: PostgresError.Code, _ state: String? = nil) -> PostgresError {
        PostgresError(code, state: state.map { SQLState($0) }, operation: "test", message: "")
    }

    @Test(
        "What is certain to have changed nothing and may pass is tried again",
        arguments: ["40001", "40P01", "55P03", "57P01", "57P03", "08006"]
    )
    func retried(_ state: String) {
        #expect(RetryPolicy().delay(after: self.error(.refused, state), attempt: 1, chance: 0) != nil)
        #expect(RetryPolicy().delay(after: self.error(.refused, state), attempt: 5, chance: 0) == nil)
        #expect(RetryPolicy.never.delay(after: self.error(.refused, state), attempt: 1, chance: 0) == nil)
    }

    @Test("Nothing else is")
    func notRetried() {
        for state in ["23505", "42601", "22012", "57014", "53100"] {
            #expect(RetryPolicy().delay(after: self.error(.refused, state), attempt: 1, chance: 0) == nil)
        }
        for code in [PostgresError.Code.commitUnknown, .deadline, .exhausted, .closed, .badAddress, .misuse] {
            #expect(RetryPolicy().delay(after: self.error(code, "08006"), attempt: 1, chance: 0) == nil)
        }
    }

    @Test("Waits grow, differ by chance, and have a longest")
    func delays() {
        let policy = RetryPolicy(attempts: 50, shortest: 10, longest: 100)
        let lost = self.error(.disconnected)
        #expect(policy.delay(after: lost, attempt: 1, chance: 0) == .milliseconds(10))
        #expect(policy.delay(after: lost, attempt: 1, chance: 1) == .milliseconds(20))
        #expect(policy.delay(after: lost, attempt: 40, chance: 1) == .milliseconds(100))
    }

    @Test("Lanes are made up to a number, lent to the one who waits longest, and stopped when the pool is closed")
    func lanes() {
        var state = PoolState<String, Int>(size: 1, maximumWaiting: 2)
        guard case .make = state.ask(), case .wait = state.ask() else {
            Issue.record("not lent")
            return
        }
        state.wait(10, id: 1)
        state.wait(20, id: 2)
        guard case .exhausted = state.ask() else {
            Issue.record("not refused")
            return
        }
        #expect(state.giveUp(1) == 10 && state.giveUp(1) == nil)
        #expect(state.giveBack("lane") == 20)
        #expect(state.giveBack("lane") == nil)
        guard case .take("lane") = state.ask() else {
            Issue.record("not kept")
            return
        }
        #expect(state.close().idle.isEmpty)
        guard case .closed = state.ask() else {
            Issue.record("open")
            return
        }
        #expect(state.giveBack("lane") == nil && state.isClosed)
    }

    @Test("The oldest prepared statement is forgotten when there are too many")
    func names() {
        var names = StatementNames(capacity: 2)
        guard case .new("q1", nil) = names.name(of: "a"), case .new("q2", nil) = names.name(of: "b"),
            case .known("q1") = names.name(of: "a"), case .new("q3", "q1") = names.name(of: "c"),
            case .new("q4", "q2") = names.name(of: "a")
        else {
            Issue.record("other names")
            return
        }
    }
}
