// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number several tasks add to.
final class Counter: Sendable {
    private let state = Mutex(0)

    var value: Int { self.state.withLock { $0 } }

    func add(_ amount: Int) {
        self.state.withLock { $0 += amount }
    }
}
