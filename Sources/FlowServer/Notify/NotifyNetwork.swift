// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowSupport
import NIOPosix

/// Which addresses messages may be sent to, and how a name becomes one of them.
struct NotifyNetwork: Sendable {
    /// Private networks and, when an administrator said so, this host itself; link-local addresses never.
    var allowance: AddressAllowance = .privateNetworks
    /// Certificates of authorities besides the system's; PEM.
    var authorities: String?

    /// Why a name can't be spoken to, in words.
    struct Refusal: Error {
        let words: String
        /// It may work later.
        let isPassing: Bool
    }

    /// The first address of a name that may be spoken to.
    ///
    /// The connection is made to this very address: a name must not resolve differently a moment later.
    func address(of host: String, port: Int) async throws(Refusal) -> HostAddress {
        let addresses: [HostAddress]
        do {
            addresses = try await NIOThreadPool.singleton.runIfActive { try HostAddress.all(of: host, port: port) }
        } catch {
            throw Refusal(words: "cannot resolve '\(host)': \(error)", isPassing: true)
        }
        var refusals: [String] = []
        for address in addresses {
            switch AddressRules.check(address, allowing: self.allowance) {
            case .allowed: return address
            case .refused(let why): refusals.append("\(address.text): \(why)")
            }
        }
        let why = refusals.isEmpty ? "it has no address" : refusals.prefix(3).joined(separator: "; ")
        throw Refusal(words: "'\(host)' is refused: \(why)", isPassing: false)
    }
}
