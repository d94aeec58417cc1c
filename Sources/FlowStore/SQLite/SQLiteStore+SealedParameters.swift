// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Where a sealed parameter is kept.
struct SealedParameterPlace: Hashable, Sendable {
    enum Table: String, Sendable {
        case run
        case backfill
    }

    let table: Table
    let id: RecordValue
    let parameter: String
}

/// Parameters of runs and backfills that are secret, for a change of the key.
struct SealedParameterTable {
    let db: Database

    private static let isSealed = "parameters LIKE '%\"qfs1.%'"

    func all() throws -> [SealedValue] {
        let runs = try self.db.all(
            "SELECT id, job_uid, job_name, parameters FROM run WHERE \(Self.isSealed) ORDER BY id"
        ) { row in
            let id: RunID = try row.id(0)
            return try Self.values(.run, .id(id), job: row.id(1), name: row.text(2), row.text(3))
        }
        let backfills = try self.db.all(
            "SELECT id, job_uid, job_name, parameters FROM backfill WHERE \(Self.isSealed) ORDER BY id"
        ) { row in
            let id: BackfillID = try row.id(0)
            return try Self.values(.backfill, .id(id), job: row.id(1), name: row.text(2), row.text(3))
        }
        return (runs + backfills).flatMap { $0 }
    }

    func isEmpty() throws -> Bool {
        for table in [SealedParameterPlace.Table.run, .backfill] {
            let found = try self.db.first("SELECT 1 FROM \(table.rawValue) WHERE \(Self.isSealed) LIMIT 1") { _ in true
            }
            if found == true { return false }
        }
        return true
    }

    func reseal(_ place: SealedParameterPlace, from old: String, as text: String) throws {
        let table = place.table.rawValue
        let stored = try self.db.first("SELECT parameters FROM \(table) WHERE id = ?", [place.id]) {
            try JSONColumn.decodeParameters($0.optionalText(0))
        }
        guard var parameters = stored, parameters[place.parameter] == old else { return }
        parameters[place.parameter] = text
        try self.db.run(
            "UPDATE \(table) SET parameters = ? WHERE id = ?",
            [.text(try JSONColumn.encodeParameters(parameters)), place.id]
        )
    }

    private static func values(
        _ table: SealedParameterPlace.Table,
        _ id: RecordValue,
        job: JobUID,
        name: String,
        _ text: String
    ) throws -> [SealedValue] {
        try JSONColumn.decodeParameters(text).sorted { $0.key < $1.key }.compactMap { parameter, value in
            guard SecretParameter.isSealed(value) else { return nil }
            return SealedValue(
                name: SecretParameter.sealName(of: parameter, job: job),
                version: SecretParameter.sealVersion,
                text: value,
                title: "the parameter '\(parameter)' of a \(table.rawValue) of '\(name)'",
                place: .parameter(SealedParameterPlace(table: table, id: id, parameter: parameter))
            )
        }
    }
}
