// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

extension SQLiteStore {
    package func secrets() async throws -> [Secret] { try await self.read { db in try SecretTable(db).all() } }

    package func secret(named name: String) async throws -> Secret? {
        try await self.readFew { db in try SecretTable(db).find(name) }
    }

    package func setSecret(
        named name: String,
        expected: Int64,
        sealed: String?,
        owners: Scope,
        force: Bool,
        by change: Change
    ) async throws -> Secret {
        try await self.write("set_secret") { db in
            let table = SecretTable(db)
            let before = try table.find(name)
            guard (before?.version ?? 0) == expected else { throw StoreFault.secretMoved(name) }
            if case .groups(let groups) = owners {
                for group in groups.sorted() { _ = try GroupTable(db).require(group) }
            }
            let after = Secret(
                name: name,
                version: expected + (sealed == nil ? 0 : 1),
                owners: owners,
                createdAt: before?.createdAt ?? change.at,
                updatedAt: change.at,
                updatedBy: change.actor.name
            )
            if let before {
                let lost = try table.jobs(naming: name).filter { job in
                    before.isFor(job.definition.groups) && !after.isFor(job.definition.groups)
                }
                guard force || lost.isEmpty else { throw StoreFault.secretInUse(name, jobs: lost) }
                try table.update(after, sealed: sealed)
            } else {
                guard let sealed else { throw StoreFault.noSecret(name) }
                try table.insert(after, sealed: sealed)
            }
            try AuditTable(db).record(
                change,
                .secretSet,
                AuditObject(after),
                groups: after.groups,
                before: before.map { SecretAudit($0) },
                after: SecretAudit(after)
            )
            return after
        }
    }

    package func deleteSecret(named name: String, force: Bool, by change: Change) async throws {
        try await self.write("delete_secret") { db in
            let table = SecretTable(db)
            guard let secret = try table.find(name) else { throw StoreFault.noSecret(name) }
            let jobs = try table.jobs(naming: name)
            guard force || jobs.isEmpty else { throw StoreFault.secretInUse(name, jobs: jobs) }
            try table.delete(name)
            try AuditTable(db).record(
                change,
                .secretDelete,
                AuditObject(secret),
                groups: secret.groups,
                before: SecretAudit(secret)
            )
        }
    }

    package func sealedSecret(named name: String) async throws -> (secret: Secret, text: String)? {
        try await self.read { db in
            let table = SecretTable(db)
            guard let secret = try table.find(name), let text = try table.sealed(name) else { return nil }
            return (secret, text)
        }
    }

    package func jobs(naming secret: String) async throws -> [Job] {
        try await self.read { db in try SecretTable(db).jobs(naming: secret) }
    }

    package func sealedSecrets(for request: SecretsRequest, on agent: AgentID) async throws -> NeededSecrets? {
        try await self.read { db in
            let table = SecretTable(db)
            var target: (id: JobID, groups: [GroupID])?
            if let present = try JobTable(db).find(uid: request.job) {
                if try table.isTarget(agent, of: present.id) { target = (present.id, present.definition.groups) }
            } else {
                target = try self.groupsOfOpenTest(request.job, version: request.version, on: agent, db)
            }
            guard let target, let snapshot = try self.snapshots.snapshot(request.job, version: request.version, db)
            else { return nil }
            let parameters = try self.secretParameters(of: snapshot, for: request, on: agent, db)
            let named = Set(snapshot.payload.secretNames + parameters.values.compactMap(SecretParameter.reference))
            var sealed: [NeededSecrets.Sealed] = []
            var refused: [String] = []
            for name in named.sorted() {
                guard let secret = try table.find(name), secret.isFor(target.groups),
                    let text = try table.sealed(name)
                else {
                    refused.append(name)
                    continue
                }
                sealed.append(NeededSecrets.Sealed(name: name, version: secret.version, text: text))
            }
            return NeededSecrets(
                job: target.id,
                jobName: snapshot.name,
                groups: target.groups,
                sealed: sealed,
                parameters: parameters,
                refused: refused
            )
        }
    }

    /// What the run was handed for the secret parameters of its job, over their defaults.
    private func secretParameters(
        of job: JobSnapshot,
        for request: SecretsRequest,
        on agent: AgentID,
        _ db: Database
    ) throws -> [String: String] {
        guard !job.secretParameters.isEmpty else { return [:] }
        var values = job.defaults ?? [:]
        if let execution = try ExecutionTable(db).find(request.execution), execution.agentID == agent,
            execution.jobUID == request.job
        {
            values.merge(try RunTable(db).parameters(of: execution.runID) ?? [:]) { $1 }
        }
        return values.filter { job.secretParameters.contains($0.key) }
    }

    package func installation() async throws -> String {
        try await self.write("installation") { db in
            let table = ConfigTable(db)
            if let known = try table.setting("installation") { return known }
            let made = UUID().uuidString.lowercased()
            try table.setSetting("installation", to: made)
            return made
        }
    }

    package func hasSecrets() async throws -> Bool {
        try await self.read { db in
            try !Self.standingValues(db).isEmpty || !SealedParameterTable(db: db).isEmpty()
        }
    }
}

extension Secret {
    fileprivate var groups: [GroupID] {
        if case .groups(let groups) = self.owners { groups.sorted() } else { [Group.everyone] }
    }
}
