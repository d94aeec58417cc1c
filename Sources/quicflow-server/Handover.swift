// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that is set once by one closure and read by another.
final class Handover<Value: Sendable>: Sendable {
    private let box = Mutex<Value?>(nil)

    var value: Value? { self.box.withLock { $0 } }

    func set(_ value: Value) { self.box.withLock { $0 = value } }
}
