// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq

extension PostgresSession {
    /// Sends `count` executions without waiting between them and reads their answers in order.
    ///
    /// Answers are read while there is something to send, so that neither side's buffers fill up and both wait.
    func pipeline(
        _ count: Int,
        send: (Int) -> Int32,
        read: (Int, OpaquePointer) throws -> Void
    ) throws -> [Int] {
        guard PQenterPipelineMode(self.connection) == 1 else { throw self.lost() }
        var changes = [Int](repeating: 0, count: count)
        var failure: (any Error)?
        for index in 0..<count {
            guard send(index) == 1 else { throw self.lost() }
        }
        guard PQpipelineSync(self.connection) == 1 else { throw self.lost() }
        var index = 0
        while true {
            // NULL ends the results of one execution.
            guard let result = try self.next() else {
                index += 1
                continue
            }
            defer { PQclear(result) }
            if PQresultStatus(result) == PGRES_PIPELINE_SYNC { break }
            // Behind a failure the server skips everything.
            guard failure == nil, PQresultStatus(result) != PGRES_PIPELINE_ABORTED else { continue }
            do {
                try self.check(result)
                changes[index] = Self.changes(of: result)
                try read(index, result)
            } catch { failure = error }
        }
        guard PQexitPipelineMode(self.connection) == 1 else { throw self.lost() }
        if let failure { throw failure }
        return changes
    }
}
