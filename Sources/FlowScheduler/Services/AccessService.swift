// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Says why somebody may do something, or what they lack.
package struct AccessService: Sendable {
    let store: any Store
    let jobs: JobService
    let executions: ExecutionService
    let runs: RunService
    let agents: AgentService
    let workflows: WorkflowService?

    /// What an answer is about, and what of it may be said to whoever asks.
    package struct Answer: Sendable {
        package let explanation: AccessExplanation
        /// Of the object's groups, those that whoever asks may see.
        package let visible: Scope
        /// The object is marked so that this takes another person besides.
        package let takesTwo: Bool
    }

    /// - Parameters:
    ///   - user: nil = oneself; anybody else takes the right to see accounts.
    ///   - object: its kind, and what it is called by.
    /// - Throws: `notFound` for what whoever asks may not see.
    package func explain(
        _ permission: Permission,
        user name: String?,
        object: (kind: AccessExplanation.Object.Kind, id: String)?,
        as principal: Principal
    ) async throws -> Answer {
        var subject = principal
        var isActive = true
        if let name,
            name.utf8.count > 256
                || ExactText(name.lowercased()) != ExactText(principal.username.lowercased())
        {
            try principal.require(.usersRead)
            guard principal.token == nil else {
                throw CoreError(
                    .forbidden,
                    "No token asks about other people. Sign in for it.",
                    details: [.init(path: "user", code: "session_required", message: "sign in for it")]
                )
            }
            guard name.utf8.count <= 256, let user = try await self.store.user(named: name), user.state != .deleted
            else {
                throw CoreError(.notFound, "There is no user of that name.")
            }
            subject = Principal(user)
            isActive = user.state == .active
        }
        let (found, takesTwo) = try await self.object(object, permission, subject, as: principal)
        return Answer(
            explanation: AccessExplanation(permission, of: subject, isActive: isActive, on: found),
            visible: principal.scope(of: .groupsRead),
            takesTwo: takesTwo
        )
    }

    private func object(
        _ wanted: (kind: AccessExplanation.Object.Kind, id: String)?,
        _ permission: Permission,
        _ subject: Principal,
        as principal: Principal
    ) async throws -> (AccessExplanation.Object?, Bool) {
        guard let (kind, id) = wanted else { return (nil, false) }
        func made(_ name: String, _ groups: [GroupID]) -> AccessExplanation.Object {
            AccessExplanation.Object(kind: kind, id: id, name: name, groups: groups)
        }
        switch kind {
        case .task:
            let job = try await self.jobs.existing(try Self.number(id), as: principal)
            let action: TwoPersonAction? =
                switch permission {
                case .jobsRun: .run
                case .jobsWrite: .edit
                default: nil
                }
            let definition = job.definition
            return (made(definition.name, definition.groups), action.map { definition.takesTwo(to: $0) } ?? false)
        case .workflow:
            guard let workflows else { throw Self.absent }
            let workflow = try await workflows.get(try Self.number(id), as: principal)
            return (made(workflow.definition.name, workflow.definition.groups), false)
        case .group:
            let number: GroupID = try Self.number(id)
            let scope = try principal.require(.groupsRead)
            guard scope.contains(number), let name = try await self.store.groupNames()[number] else {
                throw Self.absent
            }
            return (made(name, [number]), false)
        case .client:
            guard let agent = AgentID(id), let view = try await self.agents.get(agent, as: principal) else {
                throw Self.absent
            }
            let groups = try await self.store.groups(of: agent).map(\.id).filter { $0 != Group.everyone }
            return (made(view.agent.name, groups), false)
        case .execution:
            guard let number = ExecutionID(id) else { throw Self.absent }
            let execution = try await self.executions.get(number, as: principal)
            let groups = try await self.frozen(of: execution.jobID, subject) { scope in
                try await self.store.execution(number, in: scope) != nil
            }
            return (made(execution.jobName, groups), false)
        case .run:
            guard let number = RunID(id) else { throw Self.absent }
            let run = try await self.runs.get(number, as: principal).run
            let groups = try await self.frozen(of: run.jobID, subject) { scope in
                try await self.store.run(number, in: scope) != nil
            }
            return (made(run.jobName, groups), false)
        }
    }

    /// The groups that something had when it was planned, as far as they can matter: those of its job now, and those of grants.
    private func frozen(
        of job: JobID,
        _ subject: Principal,
        _ isIn: (Scope) async throws -> Bool
    ) async throws -> [GroupID] {
        var candidates = Set(try await self.store.job(job)?.definition.groups ?? [])
        for grant in subject.grants { if case .groups(let groups) = grant.scope { candidates.formUnion(groups) } }
        var found: [GroupID] = []
        for group in candidates.sorted().prefix(Self.candidateLimit) {
            if try await isIn(.groups([group])) { found.append(group) }
        }
        return found
    }

    /// Each is a look into the store.
    private static let candidateLimit = 200
    private static let absent = CoreError(.notFound, "There is no such object.")

    private static func number(_ text: String) throws(CoreError) -> Int64 {
        guard let number = Int64(text) else { throw self.absent }
        return number
    }
}

extension Services {
    package var access: AccessService {
        AccessService(
            store: self.jobs.store,
            jobs: self.jobs,
            executions: self.executions,
            runs: self.runs,
            agents: self.agents,
            workflows: self.workflows
        )
    }
}
