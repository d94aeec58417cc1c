// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How many connections there may be, and how long each of their steps may take.
package struct ConnectionLimits: Sendable {
    /// For the head of the first request.
    package var head = Duration.seconds(15)
    /// From the head to the end of a body.
    package var body = Duration.seconds(60)
    /// For a peer that does not take what it asked for.
    package var write = Duration.seconds(60)
    /// Between two requests: browsers that are asked nothing keep a connection for some minutes.
    package var idle = Duration.seconds(120)
    /// In all.
    package var total = Self.standardTotal
    /// From one address, this host's own excepted.
    package var perAddress = 256

    package init() {}

    /// Over half of the descriptors that this process may have; the store and the agents need some, too.
    static var standardTotal: Int { min(8192, max(64, sysconf(Int32(_SC_OPEN_MAX)) / 10 * 6)) }
}
