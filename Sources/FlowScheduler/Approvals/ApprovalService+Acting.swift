// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension ApprovalService {
    /// Does it by the same calls that anybody uses, with a principal that carries the pass.
    func carryOut(_ payload: ApprovalPayload, of approval: Approval, as acting: Principal) async throws {
        switch payload {
        case .edit(let definition, let isEnabled):
            try await self.jobs.apply(definition, isEnabled: isEnabled, to: try Self.job(approval), as: acting)
        case .delete(let detach): try await self.jobs.delete(try Self.job(approval), detach: detach, as: acting)
        case .turn(let isEnabled, let hold):
            try await self.jobs.apply(isEnabled: isEnabled, hold: hold, to: try Self.job(approval), as: acting)
        case .run(let run): try await self.start(run, of: approval, as: acting)
        case .backfill(let wanted): try await self.begin(wanted, of: approval, as: acting)
        case .stopExecution(let id): _ = try await self.executions.cancel(id, force: true, as: acting)
        case .stopRun(let id): _ = try await self.runs.stop(id, force: true, as: acting)
        case .stopFlow(let id, let isAbandoned):
            guard let workflows else { throw Self.unknown }
            _ =
                isAbandoned
                ? try await workflows.abandon(id, as: acting) : try await workflows.cancel(id, force: true, as: acting)
        case .grant(let user, let role, let permissions, let groups):
            let known = try await self.users.role(named: role)
            guard known.permissions == Set(permissions) else {
                throw StoreFault.staleApproval("The role '\(role)' allows something else by now.")
            }
            let scope = groups.map { Scope.groups(Set($0)) } ?? .all
            _ = try await self.users.add(Grant(role: known, scope: scope), to: user, as: acting)
        case .role(let name, let description, let permissions):
            _ = try await self.users.updateRole(
                named: name,
                description: description,
                permissions: Set(permissions),
                as: acting
            )
        case .settings(let texts):
            guard let settings else { throw Self.unknown }
            _ = try await settings.change(try Self.values(texts), expected: nil, as: acting)
        }
    }

    private static let unknown = CoreError(.conflict, "This server cannot do what was asked for.")

    private static func job(_ approval: Approval) throws -> JobID {
        guard approval.object.kind == "job", let id = JobID(approval.object.id) else { throw self.unknown }
        return id
    }

    private static func values(_ texts: [String: String?]) throws -> [SettingKey: SettingValue?] {
        var values: [SettingKey: SettingValue?] = [:]
        for (name, text) in texts {
            guard let key = SettingKey(rawValue: name) else { throw self.unknown }
            guard let text else {
                values[key] = .some(nil)
                continue
            }
            guard let value = key.rule.value(written: text) else { throw self.unknown }
            values[key] = value
        }
        return values
    }

    private func start(_ run: ApprovedRun, of approval: Approval, as acting: Principal) async throws {
        let job = try await self.jobs.runnable(try Self.job(approval), as: acting)
        _ = try await self.jobs.starter.start(run.trigger(of: job.id, caller: approval.requesterName), as: acting)
    }

    private func begin(_ wanted: ApprovedBackfill, of approval: Approval, as acting: Principal) async throws {
        guard let backfills else { throw Self.unknown }
        let draft = BackfillDraft(
            range: BackfillRange(from: wanted.from, until: wanted.until),
            concurrency: wanted.concurrency,
            perMinute: wanted.perMinute,
            isForced: wanted.isForced,
            parameters: wanted.parameters
        )
        _ = try await backfills.create(draft, of: try Self.job(approval), isDryRun: false, as: acting)
    }
}
