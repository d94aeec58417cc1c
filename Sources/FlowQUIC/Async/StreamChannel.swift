// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What the event loop and the tasks using a stream share: bytes on their way in, and permission to write.
final class StreamChannel: Sendable {
    let id: Int64
    let inbound = AsyncQueue<ByteBuffer>()
    let outbound: WriteGate

    init(id: Int64, writeLimit: Int) {
        self.id = id
        self.outbound = WriteGate(limit: writeLimit)
    }

    /// Ends both directions with an error.
    func fail(_ error: QUICError) {
        self.inbound.finish(error)
        self.outbound.fail(error)
    }
}
