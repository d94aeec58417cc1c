// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import Foundation
import Synchronization

/// SIGTERM, as a flag, a descriptor to poll, and a call.
///
/// The runner sends it at the time limit and when somebody stops the job, and SIGKILL 10 s later.
final class StopSignal: Sendable {
    private struct State {
        var isRaised = false
        var actions: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    /// Readable once it came.
    let descriptor: Int32

    /// Before anything starts a thread: all of them have to leave the signal to this one.
    init() throws {
        self.descriptor = flow_make_event()
        guard self.descriptor >= 0 else { throw WorkFailure(.trouble, "no descriptor is left") }
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let watched = signals
        let thread = Thread { [self] in
            var watched = watched
            var number: Int32 = 0
            while sigwait(&watched, &number) != 0 {}
            self.raise()
        }
        thread.stackSize = 128 << 10
        thread.start()
    }

    var isRaised: Bool { self.state.withLock { $0.isRaised } }

    /// Calls back when it comes, from its own thread; at once when it came.
    func onRaise(_ action: @escaping @Sendable () -> Void) {
        let isRaised = self.state.withLock { state in
            if !state.isRaised { state.actions.append(action) }
            return state.isRaised
        }
        if isRaised { action() }
    }

    /// - Throws: when it came.
    func check() throws {
        if self.isRaised { throw WorkFailure(.trouble, "stopped") }
    }

    private func raise() {
        let actions = self.state.withLock { state in
            state.isRaised = true
            defer { state.actions = [] }
            return state.actions
        }
        flow_signal_event(self.descriptor)
        for action in actions { action() }
    }
}
