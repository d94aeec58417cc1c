// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Foundation

/// Webhooks of jobs: made by people, called by programs that know nobody here.
///
/// A webhook starts its job as whoever saved it last, as long as that person may run it.
package struct HookService: Sendable {
    let store: any Store & HookStore
    let starter: RunStarter
    /// Nil while the master key is missing: then no secret can be sealed or opened.
    let seal: SecretSeal?
    let clock: any WallClock
    let makeUUID: @Sendable () -> UUID

    package init(
        store: any Store & HookStore,
        starter: RunStarter,
        seal: SecretSeal?,
        clock: any WallClock,
        makeUUID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.starter = starter
        self.seal = seal
        self.clock = clock
        self.makeUUID = makeUUID
    }

    // MARK: For people

    package func list(of job: JobID, as principal: Principal) async throws -> [Hook] {
        try await self.store.hooks(of: self.job(job, as: principal).id)
    }

    package func get(_ id: HookID, of job: JobID? = nil, as principal: Principal) async throws -> Hook {
        guard let hook = try await self.store.hook(id), job == nil || job == hook.job else {
            throw StoreFault.noHook(id)
        }
        do {
            _ = try await self.job(hook.job, as: principal)
        } catch let error as CoreError where error.code == .notFound {
            throw StoreFault.noHook(id)
        }
        return hook
    }

    /// Makes a webhook.
    ///
    /// - Parameter secret: one that the caller was given elsewhere; nil = a fresh one.
    /// - Returns: with its secret in clear, which is told this once.
    package func create(
        _ draft: HookDraft,
        of job: JobID,
        secret: String?,
        as principal: Principal
    ) async throws -> (hook: Hook, secret: String) {
        let target = try await self.changeable(job, as: principal)
        if let why = TwoPersonRule.obstacle(toStart: target) {
            throw CoreError(.conflict, why, details: [.init(path: "task", code: "two_person", message: why)])
        }
        try HookValidator.check(draft, secret: secret)
        try Self.checkPlace(of: draft, target.definition)
        let text = secret ?? HookSecret.fresh(for: draft.format)
        let id = HookID(uuid: self.makeUUID())
        let now = self.clock.now
        let hook = try await self.store.createHook(
            Hook(
                id: id,
                job: target.id,
                draft: draft,
                secret: try self.sealed(text, of: id),
                owner: principal.userID,
                createdAt: now,
                updatedAt: now
            ),
            by: principal.change(at: now)
        )
        return (hook, text)
    }

    /// A task whose host the server chooses does not run on the one that starts it.
    private static func checkPlace(of draft: HookDraft, _ job: JobDefinition) throws(CoreError) {
        guard draft.format.startsOnOneHost, job.placement?.isCoordinated == true else { return }
        var faults = FaultCollector()
        faults.add(
            "format",
            "conflict",
            draft.format == .file
                ? "the server chooses where this task runs; a file on a host can't start it there"
                : "the server chooses where this task runs; a host that joins can't start it there"
        )
        try faults.check("The webhook cannot be saved")
    }

    /// What is wrong with a webhook that nobody calls, as far as it can be said before its job is saved.
    ///
    /// - Parameter job: as it will be; nil while that is wrong itself.
    package static func check(_ draft: HookDraft, of job: JobDefinition?) throws(CoreError) {
        try HookValidator.check(draft, secret: nil)
        if let job { try self.checkPlace(of: draft, job) }
    }

    /// What becomes of a webhook's secret.
    package enum SecretChange: Hashable, Sendable {
        case none
        /// Callers go on with the one before for a day.
        case fresh
        case given(String)
    }

    /// - Returns: with the secret in clear, if it is another one now.
    package func update(
        _ id: HookID,
        of job: JobID,
        to draft: HookDraft,
        secret: SecretChange,
        as principal: Principal
    ) async throws -> (hook: Hook, secret: String?) {
        let target = try await self.changeable(job, as: principal)
        var hook = try await self.get(id, of: job, as: principal)
        var text: String?
        switch secret {
        case .none: break
        case .fresh: text = HookSecret.fresh(for: draft.format)
        case .given(let given): text = given
        }
        // Another format's secret is of another form.
        if text == nil, draft.format != hook.draft.format { text = HookSecret.fresh(for: draft.format) }
        // What nobody calls has a secret that nobody is told.
        try HookValidator.check(draft, secret: draft.format.isCalled || secret != .none ? text : nil)
        try Self.checkPlace(of: draft, target.definition)
        let now = self.clock.now
        if let text {
            // Of what nobody calls, nobody has a secret that they could go on with.
            let isCalled = hook.draft.format.isCalled && draft.format.isCalled
            hook.older = isCalled ? hook.secret : nil
            hook.olderUntil = isCalled ? now.advanced(byMilliseconds: Hook.overlap) : nil
            hook.secret = try self.sealed(text, of: id)
        }
        hook.draft = draft
        hook.owner = principal.userID
        hook.updatedAt = now
        return (try await self.store.updateHook(hook, by: principal.change(at: now)), text)
    }

    package func delete(_ id: HookID, of job: JobID, as principal: Principal) async throws {
        _ = try await self.changeable(job, as: principal)
        _ = try await self.get(id, of: job, as: principal)
        try await self.store.deleteHook(id, by: principal.change(at: self.clock.now))
    }

    package func deliveries(
        of id: HookID,
        page: PageRequest,
        as principal: Principal
    ) async throws -> Page<HookDelivery> {
        try await self.store.deliveries(of: self.get(id, as: principal).id, page: page)
    }

    // MARK: Parts

    private func sealed(_ text: String, of id: HookID) throws -> String {
        guard let seal else { throw StoreFault.keyMissing }
        return try seal.seal(text, name: Hook.sealName(of: id), version: Hook.sealVersion)
    }

    func secrets(of hook: Hook) throws -> [String] {
        guard let seal else { throw StoreFault.keyMissing }
        let isOlderGood = hook.olderUntil.map { self.clock.now < $0 } ?? false
        let sealed = [hook.secret] + (isOlderGood ? [hook.older].compactMap(\.self) : [])
        let open = sealed.compactMap {
            seal.open($0, name: Hook.sealName(of: hook.id), version: Hook.sealVersion)
        }
        guard !open.isEmpty else { throw StoreFault.keyMissing }
        return open
    }

    private func job(_ id: JobID, as principal: Principal) async throws -> Job {
        let scope = try principal.require(.jobsRead)
        guard let job = try await self.store.job(id), scope.touches(job.definition.groups) else {
            throw CoreError(.notFound, "There is no job \(id).")
        }
        return job
    }

    /// Whoever makes an address that starts a job may change and run that job on all its groups.
    private func changeable(_ id: JobID, as principal: Principal) async throws -> Job {
        try principal.require(.jobsWrite)
        let job = try await self.job(id, as: principal)
        let visible = principal.scope(of: .groupsRead)
        try principal.require(.jobsWrite, onAll: job.definition.groups, visible: visible)
        try principal.require(.jobsRun, onAll: job.definition.groups, visible: visible)
        return job
    }
}
