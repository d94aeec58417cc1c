// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Bytes on their way to the agent.
///
/// When the agent is slower than the jobs write, jobs wait: their pipes are not read until this is short again, so
/// memory stays bounded.
struct RunnerOutbox {
    private var writer = ByteWriter()
    private var sent = 0

    static let highWater = 1 << 20
    static let lowWater = 256 << 10

    var pending: Int { self.writer.bytes.count - self.sent }

    mutating func append(_ notice: RunnerNotice) { RunnerCoding.append(notice, to: &self.writer) }

    /// Sends what the socket takes.
    ///
    /// - Returns: false when the agent is gone.
    mutating func flush(to socket: Int32) -> Bool {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        while self.pending > 0 {
            let start = self.sent
            let count = self.writer.bytes.withUnsafeBytes { bytes in
                send(socket, bytes.baseAddress! + start, bytes.count - start, flags)
            }
            if count > 0 {
                self.sent += count
            } else if errno == EINTR {
                continue
            } else {
                guard errno == EAGAIN else { return false }
                // A busy socket may never take everything: what it took must go all the same, or this grows for ever.
                if self.sent >= Self.lowWater {
                    self.writer.removeFirst(self.sent)
                    self.sent = 0
                }
                return true
            }
        }
        self.writer.removeAll()
        self.sent = 0
        return true
    }
}
