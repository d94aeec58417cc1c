// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowWire
import Synchronization

/// The authorities that hosts trust: one, or two while the second takes over from the first.
package struct AuthorityPair: Sendable {
    let first: CertificateAuthority
    let next: CertificateAuthority?
    /// Hosts that do not say whom they trust are shown a certificate of the next one, and join tokens name it.
    let servesNext: Bool

    package init(_ first: CertificateAuthority, next: CertificateAuthority? = nil, servesNext: Bool = false) {
        self.first = first
        self.next = next
        self.servesNext = servesNext && next != nil
    }

    /// The newest last.
    var all: [CertificateAuthority] { [self.first] + [self.next].compactMap { $0 } }
    var newest: CertificateAuthority { self.next ?? self.first }
    /// Whose certificate is shown to those that do not say whom they trust.
    var serving: CertificateAuthority { self.servesNext ? self.newest : self.first }
    var rootsPEM: String { self.all.map(\.certificatePEM).joined(separator: "\n") + "\n" }

    /// What hosts are told: each of them trusts one of these already, or it would have no session.
    var news: AuthorityNews {
        get throws {
            AuthorityNews(
                certificates: self.rootsPEM,
                vouchers: try self.next.map { [try self.first.voucher(for: $0)] } ?? []
            )
        }
    }

    /// The one that a protocol names; the serving one for a protocol that names none.
    func authority(of protocolName: String) -> CertificateAuthority {
        let wanted = AgentProtocols.authority(of: protocolName)
        return self.all.first { $0.name == wanted } ?? self.serving
    }

    /// The one that signed a certificate; nil when none did.
    func issuer(ofDER bytes: [UInt8]) -> CertificateAuthority? { self.all.first { $0.signed(der: bytes) } }
}

extension CertificateAuthority {
    /// What protocols call it.
    var name: String { AgentProtocols.authority(self.fingerprint) }
}

/// The authorities as they are at the moment, and which of them hosts said to trust.
package final class AuthorityBook: Sendable {
    private struct State {
        var pair: AuthorityPair
        var hosts: [AgentID: AuthorityTrust] = [:]
    }

    private let state: Mutex<State>

    package init(_ pair: AuthorityPair) { self.state = Mutex(State(pair: pair)) }

    package convenience init(_ authority: CertificateAuthority) { self.init(AuthorityPair(authority)) }

    package var pair: AuthorityPair { self.state.withLock { $0.pair } }

    func set(_ pair: AuthorityPair) { self.state.withLock { $0.pair = pair } }

    /// A host's connection says which of them is the newest that it trusts, and its certificate whose it is.
    ///
    /// - Returns: whether that is news.
    func note(_ agent: AgentID, _ trust: AuthorityTrust) -> Bool {
        self.state.withLock { $0.hosts.updateValue(trust, forKey: agent) != trust }
    }

    /// Who signs a host's next certificate: the newest that it trusts; of one that does not say, the one whose certificate it took.
    func issuer(for agent: AgentID) -> CertificateAuthority {
        self.state.withLock { state in
            let name = state.hosts[agent]?.newest
            return state.pair.all.first { $0.name == name } ?? state.pair.serving
        }
    }
}
