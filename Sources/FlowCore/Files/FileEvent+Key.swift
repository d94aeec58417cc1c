// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

extension FileEvent {
    /// What a repetition is known by, and the run's identifier made of: each content of each file of a host, once.
    package func key(on host: AgentID) -> String {
        var hash = SHA256()
        hash.update(data: Array(self.path.utf8))
        for number in [Int64(bitPattern: self.stamp.inode), self.stamp.size, self.stamp.modified] {
            withUnsafeBytes(of: number.bigEndian) { hash.update(bufferPointer: $0) }
        }
        return "file:\(host):\(Hex.encode(hash.finalize().prefix(16)))"
    }
}
