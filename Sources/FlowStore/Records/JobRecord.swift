// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Synchronization

/// ``Job`` as a row: the job's own table joined with its schedule.
enum JobRecord {
    static let columns = """
        job.id, job.uid, job.version, job.definition, schedule.is_enabled, schedule.next_fire, job.created_by, \
        job.created_at, job.updated_at, job.hold, job.workflow_id, job.name, schedule.groups
        """

    /// One that only a newer server can read does not keep the others from being read.
    static func decode(_ row: some RecordRow) throws -> Job {
        let definition = try? self.definition(row.text(3))
        return Job(
            id: row.integer(0),
            uid: try row.id(1),
            version: row.integer(2),
            definition: try definition
                ?? self.placeholder(row.text(3), named: row.text(11), groups: JSONColumn.decode(row.text(12))),
            isUnreadable: definition == nil,
            isEnabled: row.flag(4),
            nextFire: row.optionalTime(5),
            // Why it rests may be a newer server's word as well.
            hold: row.isNull(9) ? nil : definition == nil ? nil : try JSONColumn.decode(row.text(9)),
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

    private struct Marks: Decodable { let twoPerson: [String]? }

    /// What stands for a definition that can't be read: it starts nothing, and says no more than the table does besides.
    ///
    /// That it takes two persons to delete it is kept: what can't be read must not be easier to get rid of.
    private static func placeholder(_ text: String, named name: String, groups: [GroupID]) -> JobDefinition {
        let marks = try? JSONColumn.decode(text, as: Marks.self)
        let isMarked = marks.map { $0.twoPerson?.isEmpty == false } ?? text.contains("\"twoPerson\"")
        return JobDefinition(
            name: name,
            payload: .shell(ShellPayload(command: "")),
            schedule: .manual,
            groups: groups,
            twoPerson: isMarked ? TwoPersonAction.allCases : nil
        )
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
