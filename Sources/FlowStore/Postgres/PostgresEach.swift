// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import Foundation
import Synchronization

/// One statement with many sets of values: one statement over arrays where that means the same, and otherwise a statement for
/// each set, all of them sent before the first answer is read.
struct PostgresEach {
    private let session: PostgresSession
    private let sql: String
    private let form: Form?

    /// How a statement is run over arrays.
    private struct Form: Sendable {
        let batch: PostgresBatch
        let elements: [PostgresArrays.Element]
    }

    /// By statement, nil for row by row.
    ///
    /// Types are the schema's, which is the same wherever this version runs.
    private static let forms = Mutex<[String: Form?]>([:])

    /// At most so many sets, and so many bytes of them, are held twice at a time.
    private static let mostSets = 1000
    private static let mostBytes = 8 << 20

    init(_ session: PostgresSession, _ sql: String, _ sets: [[RecordValue]]) throws {
        self.session = session
        self.sql = sql
        // A single row is what the statement was written for.
        self.form = sets.count > 1 ? try Self.form(of: sql, session) : nil
    }

    private static func form(of sql: String, _ session: PostgresSession) throws -> Form? {
        if let known = self.forms.withLock({ $0[sql] }) { return known }
        var form: Form?
        if let batch = PostgresBatch(sql) {
            let elements = try session.parameterTypes(of: PostgresDialect.statement(sql))
                .compactMap { PostgresArrays.Element(rawValue: $0) }
            if elements.count == batch.width { form = Form(batch: batch, elements: elements) }
        }
        self.forms.withLock { $0[sql] = .some(form) }
        return form
    }

    func run(_ sets: [[RecordValue]]) throws {
        for group in Self.groups(sets) {
            if let form = self.form, let arrays = self.arrays(group, form, .silent) {
                try self.session.query(form.batch.text, arrays)
            } else {
                try self.rows(group)
            }
        }
    }

    /// - Returns: for each set, how many rows it changed.
    func changes(_ sets: [[RecordValue]]) throws -> [Int] {
        var changes: [Int] = []
        changes.reserveCapacity(sets.count)
        for group in Self.groups(sets) { changes += try self.changesInGroup(group) }
        return changes
    }

    private func changesInGroup(_ group: ArraySlice<[RecordValue]>) throws -> [Int] {
        guard let form = self.form, form.batch.inserted != nil || form.batch.numbered != nil,
            let arrays = self.arrays(group, form, form.batch.inserted == nil ? .numbered : .plain)
        else { return try self.rows(group) }
        var changes = [Int](repeating: 0, count: group.count)
        switch form.batch.inserted {
        case .all:
            try self.session.query(form.batch.text, arrays)
            changes = changes.map { _ in 1 }
        case .returned(let text, let key):
            // In the order of the sets: what was there already is passed over.
            var next = 0
            try self.session.query(text, arrays) { row in
                while next < group.count, !Self.isSame(row, group[group.startIndex + next], key) { next += 1 }
                guard next < group.count else {
                    throw StoreFault.unreadable("an insert returned a row that was not its own")
                }
                changes[next] = 1
                next += 1
            }
        case nil:
            guard let text = form.batch.numbered else { return try self.rows(group) }
            try self.session.query(text, arrays) { row in changes[row.set(of: group.count)] += 1 }
        }
        return changes
    }

    /// The first row that each set of values finds.
    func first<Value>(_ sets: [[RecordValue]], _ transform: (StoredRow) throws -> Value) throws -> [Value?] {
        var found: [Value?] = []
        found.reserveCapacity(sets.count)
        for group in Self.groups(sets) {
            var values = [Value?](repeating: nil, count: group.count)
            if let form = self.form, let text = form.batch.numbered, let arrays = self.arrays(group, form, .numbered) {
                try self.session.query(text, arrays) { row in
                    let index = row.set(of: group.count)
                    if values[index] == nil { values[index] = try transform(.postgres(row)) }
                }
            } else {
                try self.rows(group) { index, row in
                    if values[index] == nil { values[index] = try transform(.postgres(row)) }
                }
            }
            found += values
        }
        return found
    }

    /// All rows that each set of values finds; a statement for each, since rows of several would have no order.
    func all<Value>(_ sets: [[RecordValue]], _ transform: (StoredRow) throws -> Value) throws -> [[Value]] {
        var found: [[Value]] = []
        found.reserveCapacity(sets.count)
        for group in Self.groups(sets) {
            var values = [[Value]](repeating: [], count: group.count)
            try self.rows(group) { index, row in values[index].append(try transform(.postgres(row))) }
            found += values
        }
        return found
    }

    private enum Answer {
        /// Nobody asks what each row did.
        case silent
        case plain
        /// The rows' numbers come back.
        case numbered
    }

    /// The sets as arrays; nil when two of them are about the same row, or a value is not of its column's type.
    private func arrays(_ group: ArraySlice<[RecordValue]>, _ form: Form, _ answer: Answer) -> PostgresArrays? {
        let batch = form.batch
        guard group.count > 1, group.allSatisfy({ $0.count >= batch.width }) else { return nil }
        guard Self.isDistinct(group, batch.mayRepeat && answer == .silent ? nil : batch.distinct) else { return nil }
        let elements = answer == .numbered ? form.elements + [.integer] : form.elements
        return PostgresArrays(elements, rows: group.count) { row, column in
            column < batch.width ? group[group.startIndex + row][column].postgres : .integer(Int64(row))
        }
    }

    private static func isDistinct(_ group: ArraySlice<[RecordValue]>, _ key: [Int]?) -> Bool {
        guard let key else { return true }
        if key.count == 1 { return Set(group.map { $0[key[0]] }).count == group.count }
        return Set(group.map { values in key.map { values[$0] } }).count == group.count
    }

    private static func isSame(_ row: PostgresRow, _ values: [RecordValue], _ key: [Int]) -> Bool {
        key.enumerated().allSatisfy { column, parameter in
            switch values[parameter] {
            case .null: row.isNull(column)
            case .integer(let value): !row.isNull(column) && row.integer(column) == value
            case .uuid(let value): row.uuid(column) == value
            case .bytes(let value): !row.isNull(column) && row.bytes(column) == value
            case .text(let value): !row.isNull(column) && row.bytes(column).elementsEqual(value.utf8)
            }
        }
    }

    @discardableResult
    private func rows(
        _ group: ArraySlice<[RecordValue]>,
        _ body: (Int, PostgresRow) throws -> Void = { _, _ in }
    ) throws -> [Int] {
        try self.session.queryEach(PostgresDialect.statement(self.sql), group.map { $0.map(\.postgres) }, body)
    }

    /// Bounds what is held in memory at a time.
    static func groups(_ sets: [[RecordValue]]) -> [ArraySlice<[RecordValue]>] {
        var groups: [ArraySlice<[RecordValue]>] = []
        var start = 0
        var bytes = 0
        for (index, set) in sets.enumerated() {
            let size = set.reduce(0) { $0 + $1.size }
            if index > start, index - start == self.mostSets || bytes + size > self.mostBytes {
                groups.append(sets[start..<index])
                start = index
                bytes = 0
            }
            bytes += size
        }
        if start < sets.count { groups.append(sets[start...]) }
        return groups
    }
}

extension PostgresRow {
    /// Which set of values a row belongs to: the last column says it.
    fileprivate func set(of count: Int) -> Int { max(0, min(count - 1, Int(self.integer(self.width - 1)))) }
}

extension RecordValue {
    var postgres: PostgresValue {
        switch self {
        case .null: .null
        case .integer(let value): .integer(value)
        case .text(let value): .text(value)
        case .bytes(let value): .bytes(value)
        case .uuid(let value): .uuid(value)
        }
    }

    /// About how many bytes it takes on its way.
    fileprivate var size: Int {
        switch self {
        case .null: 4
        case .integer: 12
        case .text(let value): 4 + value.utf8.count
        case .bytes(let value): 4 + value.count
        case .uuid: 20
        }
    }
}
