// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
package import Hummingbird
import Logging
import NIOCore

/// What is known of a request beside the request itself.
package struct APIContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The other end of the connection, without port; nil when there is no socket (tests).
    let peerAddress: String?
    /// Where the request came from: the peer, or who a trusted proxy says it is.
    var remoteAddress: String?
    /// Whom a trusted proxy names.
    var forwarded: ExternalIdentity?
    /// Names the request in the answer and in the log.
    var requestID = ""
    /// Who asked, once that is known; shared, so that the access log of an outer layer sees it.
    let identity = Identity()

    package init(source: ApplicationRequestContextSource) {
        self.coreContext = CoreRequestContextStorage(source: source)
        self.peerAddress = source.channel.remoteAddress?.ipAddress
        self.remoteAddress = self.peerAddress
    }

    /// Filled in by the route, read by the access log.
    final class Identity: Sendable {
        private let box = LockedBox<String?>(nil)
        private let asker = LockedBox<Principal?>(nil)
        private let verdict = LockedBox<RateLimiter.Verdict?>(nil)

        var username: String? {
            get { self.box.value }
            set { self.box.value = newValue }
        }

        /// Who asked, before anything was decided about it.
        var principal: Principal? {
            get { self.asker.value }
            set { self.asker.value = newValue }
        }

        /// What is left to whoever asked; nil without a limit.
        var rateLimit: RateLimiter.Verdict? {
            get { self.verdict.value }
            set { self.verdict.value = newValue }
        }
    }

    /// Whether the peer is the server's own host.
    var isLoopback: Bool { self.peerAddress.flatMap { NetworkAddress($0) }?.isLoopback ?? false }
}
