// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Which jobs have ``JobTraits``, from their definitions.
///
/// Definitions are JSON with sorted keys (``JSONColumn``), and within its texts a quote has a backslash before it: a piece of
/// JSON with its quotes stands nowhere but where it is meant. So the database looks for pieces, and only definitions with a
/// wanted label are read, because a label's piece may also be that of a parameter.
enum JobTraitCondition {
    private struct Labels: Decodable { let labels: [String: String] }

    /// - Returns: nil when nothing is asked for.
    static func ids(having traits: JobTraits, _ db: Database) throws -> [JobID]? {
        guard !traits.isEmpty else { return nil }
        var conditions: [String] = []
        var values: [RecordValue] = []
        if !traits.kinds.isEmpty {
            let kinds = traits.kinds.sorted()
            conditions.append("(" + kinds.map { _ in Self.contains }.joined(separator: " OR ") + ")")
            values += try kinds.map {
                .text(LikePattern.containing("\"payload\":{" + (try JSONColumn.encode($0)) + ":"))
            }
        }
        for label in traits.labels {
            let value = try label.value.map { try JSONColumn.encode($0) } ?? ""
            let piece = try JSONColumn.encode(label.name) + ":" + value
            conditions.append(Self.contains)
            values.append(.text("%\"labels\":{" + LikePattern.containing(piece)))
        }
        if let group = traits.group {
            conditions.append("id IN (SELECT job_id FROM job_group WHERE group_id = ?)")
            values.append(.integer(group))
        }
        let filter = conditions.joined(separator: " AND ")
        guard !traits.labels.isEmpty else {
            return try db.all("SELECT id FROM job WHERE \(filter)", values) { $0.integer(0) }
        }
        return try db.all("SELECT id, definition FROM job WHERE \(filter)", values) { row in
            // Of what can't be read no label is known.
            guard let labels = (try? JSONColumn.decode(row.text(1), as: Labels.self))?.labels else { return nil }
            return traits.areOf(labels: labels) ? row.integer(0) : nil
        }.compactMap { $0 }
    }

    /// For `IN (SELECT value FROM json_each(?))`.
    static func list(_ jobs: [JobID]) throws -> RecordValue { .text(try JSONColumn.encode(jobs)) }

    private static let contains = "definition LIKE ? ESCAPE '\\'"
}
