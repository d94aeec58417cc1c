// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowSupport

/// What HTTP jobs of a host may reach.
package struct HTTPPolicy: Hashable, Sendable {
    /// Loopback and private networks; link-local addresses, where clouds keep their metadata, are refused always.
    package var allowsPrivateNetworks: Bool
    /// Of an answer's body this much is kept; the rest is read no further.
    package var responseLimit: Int
    package var redirectLimit: Int

    package init(
        allowsPrivateNetworks: Bool = true,
        responseLimit: Int = 1 << 20,
        redirectLimit: Int = 5
    ) {
        self.allowsPrivateNetworks = allowsPrivateNetworks
        self.responseLimit = responseLimit
        self.redirectLimit = redirectLimit
    }

    var allowance: AddressAllowance { self.allowsPrivateNetworks ? [.privateNetworks, .loopback] : [] }
}
