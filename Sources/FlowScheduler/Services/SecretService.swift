// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Secrets, as people handle them: set, listed and deleted, never read.
package struct SecretService: Sendable {
    let store: any SecretStore
    /// Nil while the master key is missing: then nothing can be sealed.
    let seal: SecretSeal?
    let clock: any WallClock
    /// Where channels are that may name secrets; nil = there are none.
    let channels: (any NotifyStore)?

    package init(
        store: any SecretStore,
        seal: SecretSeal?,
        clock: any WallClock,
        channels: (any NotifyStore)? = nil
    ) {
        self.store = store
        self.seal = seal
        self.clock = clock
        self.channels = channels
    }

    /// Those that somebody can see: of every group, or of one of theirs.
    package func list(as principal: Principal) async throws -> [Secret] {
        let scope = try principal.require(.secretsUse)
        return try await self.store.secrets().filter { Self.isVisible($0, in: scope) }
    }

    package func get(_ name: String, as principal: Principal) async throws -> Secret {
        let scope = try principal.require(.secretsUse)
        guard let secret = try await self.store.secret(named: name), Self.isVisible(secret, in: scope) else {
            throw StoreFault.noSecret(name)
        }
        return secret
    }

    /// The jobs that name it, as far as they can be read.
    package func usage(_ name: String, as principal: Principal) async throws -> [Job] {
        let secret = try await self.get(name, as: principal)
        let scope = principal.scope(of: .jobsRead)
        return try await self.store.jobs(naming: secret.name).filter { scope.touches($0.definition.groups) }
    }

    /// The channels of notifications that name it, by name, for who may see channels.
    package func channels(naming name: String, as principal: Principal) async throws -> [String] {
        let secret = try await self.get(name, as: principal)
        guard !principal.scope(of: .notifyRead).isEmpty else { return [] }
        return try await self.channels(naming: secret.name)
    }

    /// Without the master key nobody can look into channels: then none is found, and none can send either.
    private func channels(naming name: String) async throws -> [String] {
        let open = ChannelSeal(self.seal)
        return try await self.channels?.notifyChannels().filter { channel in
            open.open(channel).secrets.secretNames.contains(name)
        }.map(\.name).sorted() ?? []
    }

    /// Sets a value, or who may use it.
    ///
    /// - Parameters:
    ///   - value: nil = the value stays.
    ///   - owners: nil = they stay; of a new secret, everywhere that its maker may.
    package func set(
        _ name: String,
        value: String?,
        owners: Scope?,
        force: Bool,
        as principal: Principal
    ) async throws -> Secret {
        let rights = try principal.require(.secretsWrite)
        let before = try await self.store.secret(named: name)
        let after = owners ?? before?.owners ?? rights
        try self.check(name, value: value, owners: after)
        if let before, !rights.covers(before.owners) {
            // Somebody else's, seen or not, is as good as a taken name.
            throw Self.isVisible(before, in: principal.scope(of: .secretsUse))
                ? Self.lacksOwners() : StoreFault.secretNameTaken(name)
        }
        guard rights.covers(after) else { throw Self.lacksOwners() }
        guard before != nil || value != nil else { throw StoreFault.noSecret(name) }
        if !force, before?.isFor([Group.everyone]) == true, !after.covers([Group.everyone]) {
            try await self.requireNoChannel(naming: name)
        }
        var sealed: String?
        if let value {
            guard let seal else { throw StoreFault.keyMissing }
            sealed = try seal.seal(value, name: name, version: (before?.version ?? 0) + 1)
        }
        return try await self.store.setSecret(
            named: name,
            expected: before?.version ?? 0,
            sealed: sealed,
            owners: after,
            force: force,
            by: principal.change(at: self.clock.now)
        )
    }

    package func delete(_ name: String, force: Bool, as principal: Principal) async throws {
        let rights = try principal.require(.secretsWrite)
        let secret = try await self.get(name, as: principal)
        guard rights.covers(secret.owners) else { throw Self.lacksOwners() }
        if !force { try await self.requireNoChannel(naming: name) }
        try await self.store.deleteSecret(named: name, force: force, by: principal.change(at: self.clock.now))
    }

    private func requireNoChannel(naming name: String) async throws {
        let channels = try await self.channels(naming: name)
        guard channels.isEmpty else { throw StoreFault.secretInUse(name, channels: channels) }
    }

    private func check(_ name: String, value: String?, owners: Scope) throws(CoreError) {
        var faults = FaultCollector()
        faults.require(
            SecretReference.isName(name),
            "name",
            "syntax",
            "a secret's name is made of letters, digits and '_', does not start with a digit, and has at most 64 of them"
        )
        if let value {
            faults.require(
                (Secret.shortest...Secret.longest).contains(value.utf8.count),
                "value",
                "length",
                "a secret has \(Secret.shortest) to \(Secret.longest) bytes; a shorter one could not be masked in output"
            )
            faults.require(
                !value.utf8.contains(0),
                "value",
                "characters",
                "a secret has no NUL character: no environment can carry it"
            )
        }
        if case .groups(let groups) = owners {
            faults.require(
                !groups.isEmpty && !groups.contains(Group.everyone),
                "owner_groups",
                "value",
                "name at least one group, and not the built-in one; 'all' stands for every group"
            )
        }
        try faults.check("The secret cannot be saved")
    }

    /// Whoever names a secret gives it to everything in these groups: both they and its owners must cover those.
    ///
    /// - Parameters:
    ///   - groups: of the job that names it, or that of everybody.
    ///   - known: names that are there already, and are not asked about again.
    ///   - narrow: what to say of a secret that is for fewer.
    static func check(
        _ places: [(path: String, text: String)],
        of groups: [GroupID],
        _ faults: inout FaultCollector,
        in store: any SecretStore,
        as principal: Principal,
        known: Set<String> = [],
        narrow: (String) -> Wording = { "the secret '\($0)' is not for all groups of this task" }
    ) async throws {
        let rights = principal.scope(of: .secretsUse)
        for (path, text) in places {
            for name in SecretReference.names(in: text) where !known.contains(name) {
                guard SecretReference.isName(name), let secret = try await store.secret(named: name),
                    Self.isVisible(secret, in: rights)
                else {
                    faults.add(
                        path,
                        "secret",
                        "there is no secret '\(name)' that you may use; 'quicflow secret list' shows them"
                    )
                    continue
                }
                faults.require(
                    secret.isFor(groups) && rights.covers(groups),
                    path,
                    "secret_owners",
                    narrow(name)
                )
            }
        }
    }

    static func isVisible(_ secret: Secret, in scope: Scope) -> Bool {
        guard !scope.isEmpty else { return false }
        switch secret.owners {
        case .all: return true
        case .groups(let groups): return scope.touches(groups)
        }
    }

    private static func lacksOwners() -> CoreError {
        CoreError(
            .forbidden,
            "You lack 'secrets:write' on some of the groups that own this secret, before or after. Ask an administrator.",
            details: [.init(path: "owner_groups", code: "missing_group", message: "others")]
        )
    }
}
