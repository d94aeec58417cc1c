// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A ``Scope`` as a condition of a statement.
struct ScopeCondition {
    let sql: String
    let values: [RecordValue]

    private static func groups(_ scope: Scope) throws -> RecordValue? {
        guard case .groups(let groups) = scope else { return nil }
        // A group number is never the built-in group's: that one is in the scope of everything only.
        return .text(try JSONColumn.encode(groups.filter { $0 != Group.everyone }.sorted()))
    }

    /// Jobs bound to any group of the scope; nil = no condition.
    static func jobs(_ scope: Scope, id column: String = "job.id") throws -> ScopeCondition? {
        guard let groups = try self.groups(scope) else { return nil }
        let sql =
            "\(column) IN (SELECT job_id FROM job_group WHERE group_id IN (SELECT value FROM json_each(?)))"
        return ScopeCondition(sql: sql, values: [groups])
    }

    /// Versions that were bound to any group of the scope; nil = no condition.
    ///
    /// Of those that an older version stored it is not known, and so they are nobody's but of who sees everything.
    static func versions(_ scope: Scope) throws -> ScopeCondition? {
        guard let groups = try self.groups(scope) else { return nil }
        let sql = """
            EXISTS (SELECT 1 FROM json_each(json_extract(job_version.definition, '$.groups')) AS g
                WHERE g.value IN (SELECT value FROM json_each(?)))
            """
        return ScopeCondition(sql: sql, values: [groups])
    }

    /// Executions whose job and host had a group of the scope in common at the nominal time; nil = no condition.
    static func executions(_ scope: Scope, alias: String = "execution") throws -> ScopeCondition? {
        guard let groups = try self.groups(scope) else { return nil }
        let sql = """
            EXISTS (SELECT 1 FROM job_group_span AS j JOIN group_member_span AS m
                ON m.agent = \(alias).agent AND m.group_id = j.group_id
                    AND m.since <= \(alias).nominal AND \(alias).nominal < m.until
                WHERE j.job_id = \(alias).job_id AND j.group_id IN (SELECT value FROM json_each(?))
                    AND j.since <= \(alias).nominal AND \(alias).nominal < j.until)
            """
        return ScopeCondition(sql: sql, values: [groups])
    }

    /// Runs with a visible execution; nil = no condition.
    static func runs(_ scope: Scope) throws -> ScopeCondition? {
        guard let executions = try self.executions(scope, alias: "e") else { return nil }
        return ScopeCondition(
            sql: "EXISTS (SELECT 1 FROM execution AS e WHERE e.run_id = run.id AND \(executions.sql))",
            values: executions.values
        )
    }

    /// Rows of the audit that concern a group of the scope; nil = no condition.
    static func audit(_ scope: Scope) throws -> ScopeCondition? {
        guard let groups = try self.groups(scope) else { return nil }
        let sql =
            "EXISTS (SELECT 1 FROM json_each(audit.groups) AS g WHERE g.value IN (SELECT value FROM json_each(?)))"
        return ScopeCondition(sql: sql, values: [groups])
    }

    /// Incidents or messages that concern a group of the scope; nil = no condition.
    static func notifications(_ scope: Scope, table: String) throws -> ScopeCondition? {
        guard let groups = try self.groups(scope) else { return nil }
        let sql =
            "EXISTS (SELECT 1 FROM json_each(\(table).groups) AS g WHERE g.value IN (SELECT value FROM json_each(?)))"
        return ScopeCondition(sql: sql, values: [groups])
    }

    /// Jobs that ever had a group of the scope, and whether all their groups ever were inside.
    static func everBound(_ scope: Scope) throws -> ScopeCondition? {
        guard let groups = try self.groups(scope) else { return nil }
        let sql = """
            SELECT job_id, min(CASE WHEN group_id IN (SELECT value FROM json_each(?1)) THEN 1 ELSE 0 END)
            FROM job_group_span
            WHERE job_id IN (SELECT job_id FROM job_group_span WHERE group_id IN (SELECT value FROM json_each(?1)))
            GROUP BY job_id ORDER BY job_id
            """
        return ScopeCondition(sql: sql, values: [groups])
    }
}
