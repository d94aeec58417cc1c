// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

extension DatabaseStore: HookStore {
    package func createHook(_ hook: Hook, by change: Change) async throws -> Hook {
        try await self.write("create_hook") { db in
            let table = HookTable(db)
            guard let job = try JobTable(db).find(hook.job) else { throw StoreFault.noJob(hook.job) }
            let others = try table.of(job: job.id)
            guard others.count < Hook.limit else { throw StoreFault.tooManyHooks }
            try Self.requireFree(hook, among: others)
            try Self.requireRoom(hook, table)
            try table.insert(hook)
            try Self.audit(change, .hookCreate, hook, of: job, after: HookAudit(hook), db)
            return hook
        }
    }

    package func hooks(of job: JobID) async throws -> [Hook] {
        try await self.read { db in try HookTable(db).of(job: job) }
    }

    package func hook(_ id: HookID) async throws -> Hook? {
        try await self.read { db in try HookTable(db).find(id) }
    }

    package func updateHook(_ hook: Hook, by change: Change) async throws -> Hook {
        try await self.write("update_hook") { db in
            let table = HookTable(db)
            let before = try table.require(hook.id)
            guard let job = try JobTable(db).find(hook.job) else { throw StoreFault.noJob(hook.job) }
            try Self.requireFree(hook, among: try table.of(job: job.id))
            try Self.requireRoom(hook, table)
            try table.update(hook)
            try Self.audit(
                change,
                .hookUpdate,
                hook,
                of: job,
                before: HookAudit(before),
                after: HookAudit(hook, over: before),
                db
            )
            return hook
        }
    }

    package func deleteHook(_ id: HookID, by change: Change) async throws {
        try await self.write("delete_hook") { db in
            let table = HookTable(db)
            let hook = try table.require(id)
            try table.delete(id)
            guard let job = try JobTable(db).find(hook.job) else { return }
            try Self.audit(change, .hookDelete, hook, of: job, before: HookAudit(hook), db)
        }
    }

    package func hooks(for format: HookFormat, topic: String?) async throws -> [Hook] {
        try await self.read { db in try HookTable(db).of(format: format, topic: topic) }
    }

    package func hostJoins(before bound: Timestamp, limit: Int) async throws -> [HostJoin] {
        try await self.read { db in
            let rows = try HookTable(db).joins(before: bound, limit: limit)
            // One that was deleted meanwhile is told of all the same, so that its row goes.
            return try rows.map { row in
                let agent = try AgentTable(db).find(row.agent)
                return HostJoin(
                    agent: row.agent,
                    name: agent?.name ?? row.agent.rawValue,
                    labels: agent?.allLabels ?? [:],
                    at: row.at
                )
            }
        }
    }

    package func settleHostJoins(of agents: [AgentID]) async throws {
        guard !agents.isEmpty else { return }
        try await self.write("settle_host_joins") { db in try HookTable(db).endJoins(of: agents) }
    }

    package func receive(_ call: HookCall) async throws -> HookOutcome {
        try await self.write("receive_hook") { db in
            let table = HookTable(db)
            let hook = try table.require(call.hook)
            func keep(_ outcome: HookDelivery.Outcome, _ detail: String?, run: RunID?) throws {
                try table.insert(
                    HookDelivery(
                        hook: hook.id,
                        at: call.at,
                        outcome: outcome,
                        detail: detail,
                        run: run,
                        address: call.address,
                        bytes: call.bytes
                    )
                )
            }
            let since = call.at.advanced(byMilliseconds: -Hook.repeatWindow)
            if let key = call.key, let run = try table.run(of: key, by: hook.id, since: since) {
                try keep(.repeated, nil, run: run)
                return .repeated(run)
            }
            guard let job = try JobTable(db).find(hook.job) else { throw StoreFault.noJob(hook.job) }
            let owner = try UserTable(db).find(hook.owner)
            let all = try AgentTable(db).agents(inAnyOf: job.definition.groups)
            let targets = call.host.map { host in all.filter { $0 == host } } ?? all
            // It may have been changed after the webhook was saved.
            let isElsewhere = call.host != nil && job.definition.placement?.isCoordinated == true
            if let why = isElsewhere
                ? "The server chooses where the task runs." : Self.obstacle(hook, job, owner: owner, targets: targets)
            {
                try keep(.disabled, why, run: nil)
                return .disabled(why)
            }
            let draft = RunDraft.hook(
                call,
                of: hook,
                for: JobReference(job),
                named: call.key ?? UUID().uuidString.lowercased(),
                on: targets,
                owner: owner?.username
            )
            let maintained = try MaintenanceTable(db).inForce(at: call.at)
            if let refusal = draft.refusal(during: maintained, named: false) {
                let name = try AgentTable(db).name(of: refusal.agent)
                let why = StoreFault.inMaintenance(name, refusal.period).message
                try keep(.disabled, why, run: nil)
                return .disabled(why)
            }
            let begun = try RecordWriter(db: db, snapshots: self.snapshots).begin(draft)
            if let key = call.key { try table.remember(key, by: hook.id, run: draft.run.id, at: call.at) }
            try keep(.started, nil, run: draft.run.id)
            let change = Change(
                by: call.actor ?? Actor(.service, id: hook.id.description, name: "hook:" + hook.draft.name),
                at: call.at,
                origin: Origin(via: .api, address: call.address, request: call.request)
            )
            try AuditTable(db).record(
                change,
                .jobRun,
                AuditObject(job),
                groups: job.definition.groups,
                after: RunAudit(draft.run, targets: targets)
            )
            return .started(
                StartedRun(run: draft.run, executions: begun.executions, orders: begun.orders, isRepeat: false)
            )
        }
    }

    package func record(_ delivery: HookDelivery) async throws {
        try await self.write("record_delivery") { db in
            let table = HookTable(db)
            guard try table.find(delivery.hook) != nil else { return }
            try table.insert(delivery)
        }
    }

    package func deliveries(of hook: HookID, page: PageRequest) async throws -> Page<HookDelivery> {
        try await self.read { db in try HookTable(db).deliveries(of: hook, page) }
    }

    // MARK: Parts

    /// Why a call starts nothing; nil = it may.
    private static func obstacle(_ hook: Hook, _ job: Job, owner: User?, targets: [AgentID]) -> String? {
        if !hook.draft.isEnabled { return "The webhook is disabled." }
        if job.isUnreadable { return StoreFault.jobUnreadable(job).text.english }
        if !job.isEnabled {
            return job.hold.map { "The task rests: it is \($0.text.en)." } ?? "The task is disabled."
        }
        if let why = StartRight.obstacle(owner: owner, job: job) { return why.english }
        return targets.isEmpty ? "The task reaches no host." : nil
    }

    private static func requireRoom(_ hook: Hook, _ table: HookTable) throws {
        guard let topic = hook.draft.topic else { return }
        let others = try table.of(format: .message, topic: topic).filter { $0.id != hook.id }
        guard others.count < Hook.listenerLimit else { throw StoreFault.tooManyListeners(topic) }
    }

    private static func requireFree(_ hook: Hook, among others: [Hook]) throws(CoreError) {
        let name = hook.draft.name.lowercased()
        guard !others.contains(where: { $0.id != hook.id && $0.draft.name.lowercased() == name }) else {
            throw StoreFault.hookNameTaken(hook.draft.name)
        }
    }

    private static func audit(
        _ change: Change,
        _ action: AuditAction,
        _ hook: Hook,
        of job: Job,
        before: HookAudit? = nil,
        after: HookAudit? = nil,
        _ db: Database
    ) throws {
        let object = AuditObject("hook", hook.id.description, name: "\(job.definition.name)/\(hook.draft.name)")
        try AuditTable(db).record(
            change,
            action,
            object,
            groups: job.definition.groups,
            before: before,
            after: after
        )
    }
}

/// What people set of a webhook, and whether its secret is another one; never the secret.
struct HookAudit: Encodable {
    let task: JobID
    let name: String
    let format: String
    let addresses: [String]
    let params: [HookMapping]
    let when: [HookCondition]
    let enabled: Bool
    let topic: String?
    let file: FileTrigger?
    let secretChanged: Bool?

    init(_ hook: Hook, over before: Hook? = nil) {
        self.task = hook.job
        self.name = hook.draft.name
        self.format = hook.draft.format.rawValue
        self.topic = hook.draft.topic
        self.file = hook.draft.file
        self.addresses = hook.draft.addresses.map(\.description)
        self.params = hook.draft.mapping
        self.when = hook.draft.conditions
        self.enabled = hook.draft.isEnabled
        self.secretChanged = before.map { $0.secret != hook.secret } == true ? true : nil
    }
}
