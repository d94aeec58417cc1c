// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension NetworkAddress {
    /// NIO's address by value; nil for unix sockets.
    init?(_ address: SocketAddress) {
        let parsed = address.withSockAddr { NetworkAddress(UnsafeRawPointer($0), length: $1) }
        guard let parsed else { return nil }
        self = parsed
    }
}

extension SocketAddress {
    init(_ address: NetworkAddress) {
        switch address.host {
        case .ipv4: self.init(address.socketAddressIPv4)
        case .ipv6: self.init(address.socketAddressIPv6)
        }
    }
}

/// Congestion notification between NIO's names and the bits of the IP header (RFC 3168 §5).
enum ECN {
    static func bits(_ state: NIOExplicitCongestionNotificationState) -> UInt32 {
        switch state {
        case .transportNotCapable: 0
        case .transportCapableFlag1: 1
        case .transportCapableFlag0: 2
        case .congestionExperienced: 3
        }
    }

    /// NIO's name; nil for "not capable", which needs no control message at all.
    static func state(_ bits: UInt32) -> NIOExplicitCongestionNotificationState? {
        switch bits {
        case 1: .transportCapableFlag1
        case 2: .transportCapableFlag0
        case 3: .congestionExperienced
        default: nil
        }
    }
}
