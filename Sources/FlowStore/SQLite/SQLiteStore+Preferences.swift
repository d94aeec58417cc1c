// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: PreferenceStore {
    package func preferences(of owner: UserID) async throws -> [String: String] {
        try await self.read { db in try PreferenceTable(db).all(of: owner) }
    }

    package func setPreferences(_ changes: [String: String?], of owner: UserID) async throws -> [String: String] {
        try await self.write("set_preferences") { db in
            _ = try UserTable(db).require(owner)
            let table = PreferenceTable(db)
            for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
                if let value {
                    try table.set(name, to: value, of: owner)
                } else {
                    try table.delete(name, of: owner)
                }
            }
            let all = try table.all(of: owner)
            guard all.count <= Preference.limit else { throw StoreFault.tooManyPreferences }
            return all
        }
    }
}
