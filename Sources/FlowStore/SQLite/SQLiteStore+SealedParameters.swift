// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Where a sealed parameter is kept.
struct SealedParameterPlace: Hashable, Sendable {
    enum Table: String, Sendable {
        case run
        case backfill
        case approval
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
        return try (runs + backfills).flatMap { $0 } + self.approvals()
    }

    /// Of requests that wait for another person: what was decided is not done again.
    private func approvals() throws -> [SealedValue] {
        try ApprovalTable(self.db).sealed().flatMap { approval -> [SealedValue] in
            let payload: ApprovalPayload = try JSONColumn.decode(approval.payload)
            // Of a job that is gone nothing can be started.
            guard let id = JobID(approval.object.id), let job = try JobTable(self.db).find(id) else { return [] }
            return Self.values(
                .approval,
                .id(approval.id),
                job: job.uid,
                name: approval.object.name,
                payload.parameters ?? [:]
            )
        }
    }

    func isEmpty() throws -> Bool {
        if try ApprovalTable(self.db).hasSealed() { return false }
        for table in [SealedParameterPlace.Table.run, .backfill] {
            let found = try self.db.first("SELECT 1 FROM \(table.rawValue) WHERE \(Self.isSealed) LIMIT 1") { _ in true
            }
            if found == true { return false }
        }
        return true
    }

    func reseal(_ place: SealedParameterPlace, from old: String, as text: String) throws {
        if place.table == .approval { return try self.reseal(approval: place, from: old, as: text) }
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

    /// What whoever decides has seen has another digest from then on: they look again.
    private func reseal(approval place: SealedParameterPlace, from old: String, as text: String) throws {
        let table = ApprovalTable(self.db)
        guard let approval = try table.sealed().first(where: { RecordValue.id($0.id) == place.id }) else { return }
        let payload: ApprovalPayload = try JSONColumn.decode(approval.payload)
        guard var parameters = payload.parameters, parameters[place.parameter] == old else { return }
        parameters[place.parameter] = text
        // What it is recognised by was made with the other key, and is made anew when all of it is sealed.
        try table.replace(try JSONColumn.encode(payload.with(parameters: parameters)), likeness: nil, of: approval)
    }

    private static func values(
        _ table: SealedParameterPlace.Table,
        _ id: RecordValue,
        job: JobUID,
        name: String,
        _ text: String
    ) throws -> [SealedValue] {
        self.values(table, id, job: job, name: name, try JSONColumn.decodeParameters(text))
    }

    private static func values(
        _ table: SealedParameterPlace.Table,
        _ id: RecordValue,
        job: JobUID,
        name: String,
        _ parameters: [String: String]
    ) -> [SealedValue] {
        parameters.sorted { $0.key < $1.key }.compactMap { parameter, value in
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
