// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Synchronization

/// ``Job`` as a row: the job's own table joined with its schedule.
enum JobRecord {
    static let columns = """
        job.id, job.uid, job.version, job.definition, schedule.is_enabled, schedule.next_fire, job.created_by, \
        job.created_at, job.updated_at, job.hold, job.workflow_id
        """

    static func decode(_ row: some RecordRow) throws -> Job {
        Job(
            id: row.integer(0),
            uid: try row.id(1),
            version: row.integer(2),
            definition: try self.definition(row.text(3)),
            isEnabled: row.flag(4),
            nextFire: row.optionalTime(5),
            hold: row.isNull(9) ? nil : try JSONColumn.decode(row.text(9)),
            workflow: row.optionalInteger(10),
            createdBy: row.text(6),
            createdAt: row.time(7),
            updatedAt: row.time(8)
        )
    }

    /// Definitions by their text.
    ///
    /// One request reads a task several times, and who starts it now starts it again. A text always means the same, so
    /// nothing here is ever stale. By bytes, because equal strings may differ in these.
    private static let definitions = Mutex(GenerationCache<[UInt8], JobDefinition>(capacity: 250))
    /// Longer ones are decoded each time, or few would hold megabytes.
    private static let longest = 4096

    static func definition(_ text: String) throws -> JobDefinition {
        let bytes = Array(text.utf8)
        guard bytes.count <= self.longest else { return try JSONColumn.decode(text) }
        if let known = self.definitions.withLock({ $0.value(bytes) }) { return known }
        let definition: JobDefinition = try JSONColumn.decode(text)
        self.definitions.withLock { $0.insert(definition, for: bytes) }
        return definition
    }

    /// What a keyword is looked for in: the words somebody typed, without JSON's quoting.
    static func searchText(_ definition: JobDefinition) -> String {
        var parts = [definition.name, definition.description]
        switch definition.payload {
        case .shell(let shell): parts += [shell.command, shell.workingDirectory ?? ""]
        case .http(let http): parts += [http.method, http.url, http.body ?? ""]
        case .plugin(let plugin): parts += [plugin.name] + plugin.parameters.sorted { $0.key < $1.key }.map(\.value)
        case .sql(let sql): parts += sql.statements.map(\.text)
        case .builtin(let builtin): parts += [builtin.name, builtin.subject]
        case .container(let container): parts += [container.image] + container.command
        }
        return parts.joined(separator: "\n")
    }
}
