// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// The settings of the installation, as people see and change them.
package struct SettingService: Sendable {
    let store: any SettingStore
    let live: LiveSettings
    let clock: any WallClock
    /// Nil = one person changes all of them.
    let desk: ApprovalDesk?

    package init(
        store: any SettingStore,
        live: LiveSettings,
        clock: any WallClock,
        desk: ApprovalDesk? = nil
    ) {
        self.desk = desk
        self.store = store
        self.live = live
        self.clock = clock
    }

    /// Reads what is stored; before anything asks for a setting, and whenever another server may have changed one.
    package func load() async throws { self.live.take(try await self.store.settings()) }

    package func all(as principal: Principal) async throws -> Settings {
        try principal.require(.settingsRead)
        try await self.load()
        return self.live.now
    }

    /// Changes settings; nil is the default again.
    ///
    /// All or none: a change of which one part is refused changes nothing.
    ///
    /// - Parameter expected: the revision that the change was made to; nil = whatever it is.
    /// - Throws: `invalid` with a fault for each key, `conflict` for another revision or a key that file or environment fix,
    ///   `forbidden` for a token where a person is needed.
    package func change(
        _ changes: [SettingKey: SettingValue?],
        expected: Int64?,
        as principal: Principal
    ) async throws -> Settings {
        try principal.require(.settingsWrite)
        try await self.load()
        let before = self.live.now
        let after = try self.check(
            changes,
            before: before,
            isToken: principal.token != nil,
            isFromElsewhere: try await self.isFromElsewhere(principal)
        )
        if principal.needsSecond, let desk, after.isLaxer(than: before) {
            // What asks for two persons is not made to ask less by one.
            let texts = changes.map { ($0.key.rawValue, $0.value?.written) }
            let name = texts.map(\.0).sorted().joined(separator: ",")
            throw try await desk.ask(
                .settings,
                Approval.Object(kind: "settings", id: name, name: name),
                groups: [],
                .settings(Dictionary(uniqueKeysWithValues: texts)),
                as: principal
            )
        }
        let stored = try await self.store.changeSettings(
            changes,
            // What was checked is what is changed.
            expected: expected ?? before.stored.revision,
            by: principal.change(at: self.clock.now)
        )
        self.live.take(stored)
        return self.live.now
    }

    /// Whether another system signs this person in, who may do everything.
    private func isFromElsewhere(_ principal: Principal) async throws -> Bool {
        guard let users = self.store as? any UserStore, let user = try await users.user(principal.userID) else {
            return false
        }
        return user.provider != nil
            && user.grants.contains { $0.role.builtIn == .admin && $0.scope == .all }
    }

    /// - Returns: the settings as they would be.
    private func check(
        _ changes: [SettingKey: SettingValue?],
        before: Settings,
        isToken: Bool,
        isFromElsewhere: Bool
    ) throws(CoreError) -> Settings {
        let sorted = changes.sorted { $0.key.rawValue < $1.key.rawValue }
        if isToken, let (key, _) = sorted.first(where: { $0.key.isForPeople }) {
            throw CoreError(.forbidden, "No token changes '\(key.rawValue)': it is about who gets in. Sign in for it.")
        }
        let fixed = sorted.compactMap { change in before.fixed[change.key].map { (change.key, $0.source) } }
        guard fixed.isEmpty else {
            throw CoreError(
                .conflict,
                "The server's configuration decides on this, and wins over what is set here. Change it there and restart.",
                details: fixed.map { key, source in
                    CoreError.Detail(path: key.rawValue, code: "fixed_by", message: source.rawValue)
                }
            )
        }
        var faults = FaultCollector()
        for case (let key, let value?) in sorted where !key.rule.allows(value) {
            faults.add(key.rawValue, "value", "'\(value.written)' is not possible; write \(key.rule.possible)")
        }
        if case .text(LocalSignIn.off.rawValue)?? = changes[.signInLocal],
            before.text(.signInLocal) != LocalSignIn.off.rawValue, !isFromElsewhere
        {
            faults.add(
                SettingKey.signInLocal.rawValue,
                "conflict",
                "sign in at the provider first, as an administrator of everything: whoever turns passwords off has to be able to get in "
                    + "without one"
            )
        }
        try faults.check("The settings cannot be saved")
        var values = before.stored.values
        for (key, value) in sorted {
            values[key] = value.map { StoredSetting(value: $0, updatedAt: self.clock.now, updatedBy: "") }
        }
        let after = Settings(fixed: before.fixed, stored: StoredSettings(values: values))
        for (key, words) in after.contradictions { faults.add(key.rawValue, "conflict", words) }
        try faults.check("The settings cannot be saved")
        return after
    }
}
