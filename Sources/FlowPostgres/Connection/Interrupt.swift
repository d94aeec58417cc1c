// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Wakes a thread that waits for a socket, so that somebody else can stop what it waits for.
///
/// Each piece of work has a ticket, higher than those before: who cancels late, when another's work is under way, stops
/// nothing.
package final class Interrupt: Sendable {
    private struct State {
        var current: Int?
        /// The highest that was raised.
        var raised = 0
        var hasWritten = false
    }

    private let state = Mutex(State())
    let readEnd: Int32
    private let writeEnd: Int32

    package init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw PostgresError(.disconnected, operation: "connect", message: "no file descriptors are left")
        }
        self.readEnd = ends[0]
        self.writeEnd = ends[1]
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(self.readEnd)
        close(self.writeEnd)
    }

    /// Whether what is under way is to be stopped.
    var raised: Bool { self.state.withLock { $0.current == $0.raised } }

    /// Begins work; it may have been stopped before.
    package func begin(_ ticket: Int) {
        self.state.withLock { state in
            state.current = ticket
            if state.raised == ticket { self.wake(&state) }
        }
    }

    func end() {
        self.state.withLock { state in
            state.current = nil
            guard state.hasWritten else { return }
            state.hasWritten = false
            var byte: UInt8 = 0
            _ = read(self.readEnd, &byte, 1)
        }
    }

    package func raise(_ ticket: Int) {
        self.state.withLock { state in
            guard ticket > state.raised else { return }
            state.raised = ticket
            if state.current == ticket { self.wake(&state) }
        }
    }

    private func wake(_ state: inout State) {
        guard !state.hasWritten else { return }
        state.hasWritten = true
        var byte: UInt8 = 1
        _ = write(self.writeEnd, &byte, 1)
    }
}
