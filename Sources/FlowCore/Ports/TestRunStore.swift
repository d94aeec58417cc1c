// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Tests of definitions that are not saved.
package protocol TestRunStore: Sendable {
    /// Runs a definition once, without a task of it before or after.
    ///
    /// Its version is kept like those of deleted tasks, so the record says what ran for as long as there is one.
    /// - Throws: `invalid` when the host is in none of the groups.
    func start(_ test: TestRun, by change: Change) async throws -> StartedRun
}

/// A definition that somebody tries on one host.
package struct TestRun: Hashable, Sendable {
    package let uid: JobUID
    package let definition: JobDefinition
    package let agent: AgentID
    package let parameters: [String: String]
    package let source: String
    package let caller: String

    /// What has not started by then is skipped.
    package static let patienceMilliseconds: Int64 = 60_000

    package init(
        uid: JobUID,
        definition: JobDefinition,
        agent: AgentID,
        parameters: [String: String] = [:],
        source: String,
        caller: String
    ) {
        self.uid = uid
        self.definition = definition
        self.agent = agent
        self.parameters = parameters
        self.source = source
        self.caller = caller
    }
}

extension JobDefinition {
    /// As a test runs it: once, on the host that was named, and nobody is told.
    package var asTest: JobDefinition {
        var test = self
        test.schedule = .manual
        test.policies.retry.count = 0
        test.policies.jitterMilliseconds = 0
        test.notify = nil
        test.dependencies = nil
        test.standing = nil
        test.placement = nil
        test.twoPerson = nil
        return test
    }
}
