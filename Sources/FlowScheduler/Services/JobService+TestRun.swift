// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension JobService {
    /// Runs a draft once on one host, before it is saved.
    ///
    /// It takes what saving and starting it would take. The record is of a kind of its own: nothing counts it, nobody is told
    /// of it, and it is not tried again.
    /// - Parameters:
    ///   - id: the task that the draft is to replace; nil for a new one.
    ///   - agent: a host of the draft's groups that is connected.
    package func test(
        _ draft: JobDraft,
        replacing id: JobID?,
        on agent: AgentID,
        parameters: [String: String],
        source: String,
        as principal: Principal
    ) async throws -> StartedRun {
        try principal.require(.jobsWrite)
        try principal.require(.jobsRun)
        var stored: Job?
        if let id { stored = try await self.changeable(id, as: principal) }
        let (definition, _, now) = try await self.validate(
            draft,
            uid: stored?.uid ?? JobUID(uuid: self.makeUUID()),
            existing: stored,
            as: principal
        )
        try self.requireChange(definition.groups, as: principal)
        guard !definition.takesTwo(to: .run), !(stored?.definition.takesTwo(to: .run) ?? false) else {
            throw CoreError(
                .conflict,
                "'\(definition.name)' takes two persons to start, and a test has no place for the second one."
            )
        }
        try ParameterRules.check(parameters, declared: definition.parameters)
        guard let store = self.store as? any TestRunStore else {
            throw CoreError(.notFound, "This server's store runs no tests.")
        }
        guard self.gateway.presences[agent] != nil else {
            throw CoreError(.conflict, "The host is not connected, so nothing can be tried there now.")
        }
        let uid = JobUID(uuid: self.makeUUID())
        let started = try await store.start(
            TestRun(
                uid: uid,
                definition: definition.asTest,
                agent: agent,
                parameters: try await self.starter.sealed(parameters, of: definition, uid: uid, as: principal),
                source: source,
                caller: principal.username
            ),
            by: principal.change(at: now)
        )
        await self.starter.announce(started)
        return started
    }
}
