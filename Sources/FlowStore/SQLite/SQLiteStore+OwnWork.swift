// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: OwnWorkStore {
    package func record(_ work: OwnWork) async throws {
        try await self.write("record_own_work") { db in
            let table = OwnWorkTable(db)
            if var known = try table.find(work.id, kind: work.kind.rawValue) {
                known.add(work)
                try table.save(known)
            } else {
                try RunTable(db).insert([work.run])
                try table.save(work)
                try table.trim(to: OwnWork.limit)
            }
        }
    }

    package func ownWork(_ id: RunID) async throws -> OwnWork? {
        try await self.read { db in
            guard let run = try RunTable(db).find(id), run.type == .maintenance else { return nil }
            return try OwnWorkTable(db).find(id, kind: run.source)
        }
    }
}
