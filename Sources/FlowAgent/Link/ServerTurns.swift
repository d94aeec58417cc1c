// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowQUIC

/// Which of several servers is dialled next.
///
/// A value. A server that a host has lost is the one that most likely is not there any more: the next one has its turn at once, and the
/// lost one only after all others.
package struct ServerTurns: Hashable, Sendable {
    private let count: Int
    private var untried: Int
    /// The place in the list of the server to dial now.
    package private(set) var index = 0

    /// - Parameter count: how many servers the host knows; at least one.
    package init(count: Int) {
        self.count = count
        self.untried = count
    }

    /// A server was dialled and has no connection with this host any more, or never had one.
    ///
    /// - Parameter wasWelcomed: whether it had welcomed the host.
    /// - Returns: whether a pause is due before the next one. The others are tried without one, but for the first after a session: those
    ///   pauses spread the hosts that lost their server at one moment.
    package mutating func ended(wasWelcomed: Bool) -> Bool {
        self.index = (self.index + 1) % self.count
        self.untried = wasWelcomed ? 0 : self.untried - 1
        guard self.untried == 0 else { return false }
        self.untried = self.count
        return true
    }

    /// How soon a connection is given up on which nothing is heard.
    ///
    /// With several servers ten seconds after the last word at most: by then another one has the work of the lost one (leases last ten
    /// seconds), and needs the host. With one server there is nobody else to go to.
    package func patience(of quic: QUICConfiguration) -> QUICConfiguration {
        guard self.count > 1 else { return quic }
        var quic = quic
        quic.keepAlive = min(quic.keepAlive ?? .seconds(3), .seconds(3))
        quic.idleTimeout = min(quic.idleTimeout, .seconds(7))
        return quic
    }
}
