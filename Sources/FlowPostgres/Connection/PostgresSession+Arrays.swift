// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq

extension PostgresSession {
    /// Runs a statement once for many rows, whose columns are its parameters; it stays prepared.
    ///
    /// - Returns: how many rows it changed or returned.
    @discardableResult
    package func query(
        _ sql: String,
        _ arrays: PostgresArrays,
        _ body: (PostgresRow) throws -> Void = { _ in }
    ) throws -> Int {
        try self.requireUsable()
        let name = try self.prepare(sql, arrays.types)
        let isSent = arrays.parameters.withPointers { count, pointers, lengths, formats in
            PQsendQueryPrepared(self.connection, name, count, pointers, lengths, formats, 1)
        }
        guard isSent == 1 else { throw self.unsendable() }
        return try self.rows { row in
            try body(row)
            return true
        }
    }

    /// The types that the server gives the parameters of a statement by where they stand, as it numbers types.
    package func parameterTypes(of sql: String) throws -> [UInt32] {
        try self.requireUsable()
        guard PQsendPrepare(self.connection, "", sql, 0, nil) == 1 else { throw self.unsendable() }
        try self.drain { _ in }
        guard PQsendDescribePrepared(self.connection, "") == 1 else { throw self.unsendable() }
        var types: [UInt32] = []
        try self.drain { result in types = (0..<PQnparams(result)).map { PQparamtype(result, $0) } }
        return types
    }
}
