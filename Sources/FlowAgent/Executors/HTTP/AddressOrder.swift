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
        var refusals: [String] = []
        var allowed: [HostAddress] = []
        for address in addresses where !allowed.contains(address) {
            switch AddressRules.check(address, allowing: policy.allowance) {
            case .allowed: allowed.append(address)
            case .refused(let why): refusals.append("\(address.text): \(why)")
            }
        }
        guard let first = allowed.first else {
            if refusals.isEmpty { throw HTTPFailure("'\(name)' has no address") }
            throw HTTPFailure("'\(name)' is refused: \(refusals.prefix(4).joined(separator: "; "))")
        }
        let sameFamily = allowed.filter { $0.bytes.count == first.bytes.count }
        let otherFamily = allowed.filter { $0.bytes.count != first.bytes.count }
        var order: [HostAddress] = []
        for index in 0..<max(sameFamily.count, otherFamily.count) {
            if index < sameFamily.count { order.append(sameFamily[index]) }
            if index < otherFamily.count { order.append(otherFamily[index]) }
        }
        return order
    }
}
