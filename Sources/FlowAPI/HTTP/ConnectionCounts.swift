// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many connections there are, in all and from each address.
///
/// Without a bound a stranger could hold every file descriptor of the process. Addresses of IPv6 count by their first 64 bits,
/// since a single host has as many of the others as it likes.
final class ConnectionCounts: Sendable {
    private struct State {
        var total = 0
        var bySite: [NetworkAddress: Int] = [:]
    }

    private let state = Mutex(State())
    private let total: Int
    private let perAddress: Int
    private let isExempt: @Sendable (NetworkAddress) -> Bool

    /// - Parameter isExempt: addresses behind which many people are, which only count in all.
    init(total: Int, perAddress: Int, isExempt: @escaping @Sendable (NetworkAddress) -> Bool = { _ in false }) {
        self.total = total
        self.perAddress = perAddress
        self.isExempt = isExempt
    }

    /// Counts a connection; every one that is counted is given back with ``leave(_:)``.
    ///
    /// - Parameter address: nil for peers without one. This host itself is only counted in all: behind a proxy beside the server
    ///   everybody has its address.
    /// - Returns: false when there are too many.
    func enter(_ address: String?) -> Bool {
        let key = self.key(address)
        return self.state.withLock { state in
            guard state.total < self.total else { return false }
            if let key {
                let count = state.bySite[key, default: 0]
                guard count < self.perAddress else { return false }
                state.bySite[key] = count + 1
            }
            state.total += 1
            return true
        }
    }

    func leave(_ address: String?) {
        let key = self.key(address)
        self.state.withLock { state in
            state.total -= 1
            guard let key, let count = state.bySite[key] else { return }
            state.bySite[key] = count > 1 ? count - 1 : nil
        }
    }

    private func key(_ address: String?) -> NetworkAddress? {
        guard let address = address.flatMap({ NetworkAddress($0) }), !address.isLoopback, !self.isExempt(address)
        else { return nil }
        return address.site
    }
}
