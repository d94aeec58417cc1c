// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Synchronization

/// Who has the form of which job open; of this server, and in memory only.
final class EditingRoster: Sendable {
    struct Editor: Hashable, Sendable {
        let user: UserID
        let username: String
        let since: Timestamp
    }

    /// Forms that one connection may have open at once.
    static let formLimit = 8

    private struct State {
        var last: Int64 = 0
        var editors: [JobID: [Int64: Editor]] = [:]
    }

    private let state = Mutex(State())

    /// - Returns: what a connection is known by here.
    func connection() -> Int64 {
        self.state.withLock { state in
            state.last += 1
            return state.last
        }
    }

    /// Who was there keeps the time at which they came.
    func enter(_ job: JobID, _ connection: Int64, as editor: Editor) {
        self.state.withLock { state in
            if state.editors[job]?[connection] == nil { state.editors[job, default: [:]][connection] = editor }
        }
    }

    func leave(_ job: JobID, _ connection: Int64) {
        self.state.withLock { Self.remove(connection, from: job, &$0) }
    }

    func leaveAll(_ connection: Int64) {
        self.state.withLock { state in
            for (job, editors) in state.editors where editors[connection] != nil {
                Self.remove(connection, from: job, &state)
            }
        }
    }

    /// Those of other connections, who came first in front.
    func others(of job: JobID, than connection: Int64) -> [Editor] {
        self.state.withLock { state in
            (state.editors[job] ?? [:]).filter { $0.key != connection }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private static func remove(_ connection: Int64, from job: JobID, _ state: inout State) {
        state.editors[job]?[connection] = nil
        if state.editors[job]?.isEmpty == true { state.editors[job] = nil }
    }
}
