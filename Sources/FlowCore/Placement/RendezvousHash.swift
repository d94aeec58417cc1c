// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// Numbers that any server computes alike from a name: they choose hosts without a record of who was chosen (P3).
package enum RendezvousHash {
    /// The weight of a host for a key; the highest is chosen, so that a host that comes or goes moves only what is its own.
    package static func weight(_ key: String, _ agent: AgentID) -> UInt64 {
        self.number("qf-hrw1", [Array(key.utf8), Array(agent.rawValue.utf8)])
    }

    /// A number for one holding of an execution: chance that comes out the same on every server.
    package static func draw(_ execution: ExecutionID, fence: Int) -> UInt64 {
        self.number("qf-rnd1", [execution.bytes, Array(String(fence).utf8)])
    }

    private static func number(_ kind: String, _ parts: [[UInt8]]) -> UInt64 {
        var text: [UInt8] = []
        // Every part is length-prefixed: ("ab", "c") and ("a", "bc") must not collide.
        for part in [Array(kind.utf8)] + parts {
            text.append(UInt8(truncatingIfNeeded: part.count >> 8))
            text.append(UInt8(truncatingIfNeeded: part.count))
            text += part
        }
        return SHA256.hash(data: text).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
