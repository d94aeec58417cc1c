// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// Output that a host kept of one execution.
package struct LocalLog: Hashable, Sendable {
    package let executionID: ExecutionID
    /// Of all attempts, in order; a jump between two offsets of an attempt is output that was cut.
    package let chunks: [LogChunk]

    /// - Parameter blobs: what is in the ledger and in files, an attempt in one of them.
    init(_ id: ExecutionID, blobs: [Data]) {
        self.executionID = id
        self.chunks = blobs.flatMap { OutputBlob.decode(Array($0), execution: id) }
            .sorted { ($0.attempt, $0.offset) < ($1.attempt, $1.offset) }
    }

    /// The attempts that wrote something, in order.
    package var attempts: [Int] {
        self.chunks.reduce(into: []) { if $0.last != $1.attempt { $0.append($1.attempt) } }
    }

    package func chunks(of attempt: Int) -> [LogChunk] { self.chunks.filter { $0.attempt == attempt } }
}
