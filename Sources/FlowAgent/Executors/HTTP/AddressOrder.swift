// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowSupport

/// Which addresses of a name are tried, and in which order (RFC 8305, 4).
package enum AddressOrder {
    /// Leaves out what the rules refuse, and lets the two families take turns, beginning with the resolver's first.
    ///
    /// - Throws: ``HTTPFailure`` when no address is left.
    package static func candidates(
        _ addresses: [HostAddress],
        of name: String,
        policy: HTTPPolicy
    ) throws -> [HostAddress] {
        do {
            return try policy.rules.candidates(addresses, of: name)
        } catch {
            throw HTTPFailure(error.description, isDenied: error.isByRule)
        }
    }
}
