// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowSupport

/// What HTTP jobs of a host may reach.
package struct HTTPPolicy: Hashable, Sendable {
    /// Private networks, this host itself, and names; link-local addresses, where clouds keep their metadata, are refused always.
    package var network: HostPolicy.Network
    /// Of an answer's body this much is kept; the rest is read no further.
    package var responseLimit: Int
    package var redirectLimit: Int

    package init(
        allowsPrivateNetworks: Bool? = nil,
        responseLimit: Int = 1 << 20,
        redirectLimit: Int = 5
    ) {
        self.network = HostPolicy.Network(
            allowsPrivate: allowsPrivateNetworks,
            allowsLoopback: allowsPrivateNetworks
        )
        self.responseLimit = responseLimit
        self.redirectLimit = redirectLimit
    }

    var rules: NetworkRules {
        NetworkRules(
            allowsPrivate: self.network.allowsPrivate,
            allowsLoopback: self.network.allowsLoopback,
            isPrivateCentral: self.network.ownPrivate == nil,
            isLoopbackCentral: self.network.ownLoopback == nil
        )
    }
}
