// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// One row of a result, read by column position.
///
/// Columns are read in the order of the record's `columns` list. The typed accessors below are what records use; an
/// adapter supplies only the primitive ones.
protocol RecordRow {
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) -> Int64
    func text(_ column: Int) -> String
    func bytes(_ column: Int) -> [UInt8]
    /// - Returns: nil unless the column holds exactly 16 bytes.
    func uuid(_ column: Int) -> UUID?
}

extension RecordRow {
    func optionalInteger(_ column: Int) -> Int64? { self.isNull(column) ? nil : self.integer(column) }
    func optionalText(_ column: Int) -> String? { self.isNull(column) ? nil : self.text(column) }
    func number(_ column: Int) -> Int { Int(self.integer(column)) }
    func optionalNumber(_ column: Int) -> Int? { self.optionalInteger(column).map { Int($0) } }
    func flag(_ column: Int) -> Bool { self.integer(column) != 0 }
    func time(_ column: Int) -> Timestamp { Timestamp(milliseconds: self.integer(column)) }
    func optionalTime(_ column: Int) -> Timestamp? {
        self.optionalInteger(column).map { Timestamp(milliseconds: $0) }
    }

    func id<ID: FlowIdentifier>(_ column: Int, as type: ID.Type = ID.self) throws -> ID {
        guard let uuid = self.uuid(column) else { throw StoreFault.unreadable("an id is not 16 bytes") }
        return ID(uuid: uuid)
    }

    func optionalID<ID: FlowIdentifier>(_ column: Int, as type: ID.Type = ID.self) throws -> ID? {
        self.isNull(column) ? nil : try self.id(column)
    }

    func agent(_ column: Int) throws -> AgentID {
        let text = self.text(column)
        guard let id = AgentID(text) else { throw StoreFault.unreadable("'\(text)' is not an agent id") }
        return id
    }

    func status(_ column: Int) throws -> ExecutionStatus {
        guard let status = ExecutionStatus(rawValue: self.number(column)) else {
            throw StoreFault.unreadable("\(self.integer(column)) is not a status")
        }
        return status
    }
}
