// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension WorkflowTable {
    /// By name.
    ///
    /// What a definition looks like is stored as text: those that have the number in it are few, and are read then.
    func users(of thing: WorkflowUse) throws -> [WorkflowUser] {
        let text =
            switch thing {
            case .job(let id): "\"task_id\":\(id)"
            case .workflow(let id): "\"workflow_id\":\(id)"
            }
        let rows = try self.db.all(
            "SELECT id, name, groups, definition FROM workflow WHERE definition LIKE ? ESCAPE '\\' ORDER BY name, id",
            [.text(LikePattern.containing(text))]
        ) { (id: $0.integer(0), name: $0.text(1), groups: $0.text(2), definition: $0.text(3)) }
        return try rows.compactMap { row in
            // One that a newer server wrote may well mean it.
            if let definition = try? Self.definition(row.definition), !definition.uses(thing) { return nil }
            return WorkflowUser(
                id: row.id,
                name: row.name,
                groups: try JSONColumn.decode(row.groups)
            )
        }
    }

    /// - Throws: `inUse` without names: whoever asks may not see all of them.
    func requireUnused(_ thing: WorkflowUse, named name: String) throws {
        let count = try self.users(of: thing).count
        guard count == 0 else { throw StoreFault.usedByWorkflows(name, [], hidden: count) }
    }
}
