// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: SettingStore {
    package func settings() async throws -> StoredSettings {
        try await self.read { db in try ChosenSettingTable(db).all() }
    }

    package func changeSettings(
        _ changes: [SettingKey: SettingValue?],
        expected: Int64?,
        by change: Change
    ) async throws -> StoredSettings {
        try await self.write("change_settings") { db in
            let table = ChosenSettingTable(db)
            let before = try table.all()
            guard expected == nil || expected == before.revision else { throw StoreFault.settingsMoved }
            if change.approval != nil {
                let name = changes.keys.map(\.rawValue).sorted().joined(separator: ",")
                let object = Approval.Object(kind: "settings", id: name, name: name)
                try Self.permit(true, object, version: nil, to: "change settings", by: change, db)
            }
            let audit = AuditTable(db)
            var hasChanged = false
            for (key, value) in changes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                let former = before.values[key]?.value
                guard former != value else { continue }
                hasChanged = true
                try table.set(key, to: value, by: change)
                try audit.record(
                    change,
                    .settingUpdate,
                    AuditObject("setting", key.rawValue),
                    before: former.map { ["value": $0.written] },
                    after: value.map { ["value": $0.written] }
                )
            }
            guard hasChanged else { return before }
            try table.raiseRevision()
            return try table.all()
        }
    }
}
