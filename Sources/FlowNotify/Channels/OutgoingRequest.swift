// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// An HTTP request that a channel wants to be made.
package struct OutgoingRequest: Hashable, Sendable {
    package struct Header: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let method: String
    package let url: String
    package let headers: [Header]
    package let body: [UInt8]
}

/// How the sending of a message ended.
package enum DeliveryVerdict: Hashable, Sendable {
    case delivered
    /// It may work later; `after` is what the receiver asked for, in seconds.
    case again(String, after: Int? = nil)
    /// It will never work as it is.
    case dead(String)
}
