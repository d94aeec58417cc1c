// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// ``AuditEntry`` as a row.
enum AuditRecord {
    static let valueColumns = """
        at, actor_kind, actor_id, actor_name, token_id, address, via, request_id, action, object_kind, object_id, \
        object_name, groups, outcome, reason, flags, diff
        """
    static let columns = "id, \(Self.valueColumns), chain, seq, kid, hash"

    static func values(_ entry: AuditEntry) throws -> [RecordValue] {
        let change = entry.change
        return [
            .time(change.at), .text(change.actor.kind.rawValue), .text(change.actor.id), .text(change.actor.name),
            change.actor.tokenID.map { .integer($0) } ?? .null, .text(change.origin.address),
            .text(change.origin.via.rawValue), .text(change.origin.request), .text(entry.action.rawValue),
            .text(entry.object?.kind), .text(entry.object?.id), .text(entry.object?.name),
            entry.groups.isEmpty ? .null : .text(try JSONColumn.encode(entry.groups)),
            .text(entry.outcome.rawValue), .text(change.reason),
            entry.flags.isEmpty ? .null : .text(entry.flags.joined(separator: ",")), .text(entry.diff),
        ]
    }

    static func decode(_ row: some RecordRow) throws -> AuditEntry {
        let actor = Actor(
            try Self.word(row, 2),
            id: row.optionalText(3),
            name: row.text(4),
            tokenID: row.optionalInteger(5)
        )
        let origin = Origin(via: try Self.word(row, 7), address: row.optionalText(6), request: row.optionalText(8))
        let object = row.optionalText(10).map {
            AuditObject($0, row.optionalText(11) ?? "", name: row.optionalText(12))
        }
        return AuditEntry(
            id: row.integer(0),
            change: Change(by: actor, at: row.time(1), origin: origin, reason: row.optionalText(15)),
            action: try Self.word(row, 9),
            object: object,
            groups: try row.optionalText(13).map { try JSONColumn.decode($0) } ?? [],
            outcome: try Self.word(row, 14),
            flags: row.optionalText(16)?.split(separator: ",").map(String.init) ?? [],
            diff: row.optionalText(17),
            seal: row.isNull(21)
                ? nil
                : AuditEntry.Seal(
                    chain: row.text(18),
                    sequence: row.integer(19),
                    kid: row.text(20),
                    hash: row.bytes(21)
                )
        )
    }

    private static func word<Word: RawRepresentable>(_ row: some RecordRow, _ column: Int) throws -> Word
    where Word.RawValue == String {
        let text = row.text(column)
        guard let word = Word(rawValue: text) else { throw StoreFault.unreadable("'\(text)' is not a \(Word.self)") }
        return word
    }
}
