// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A session that was looked up.
package struct AuthenticatedSession: Hashable, Sendable {
    package var principal: Principal
    /// Nothing but changing the password and signing out is possible.
    package let mustChangePassword: Bool
    /// Nothing but setting up a second factor and signing out is possible.
    package var mustSetUpSecondFactor = false
    package let tokenHash: [UInt8]
    package let expiresAt: Timestamp
    package let lastUsedAt: Timestamp
    /// A proxy says at each request who asks; there is no session to end.
    package var isForwarded = false
    /// Where the person signed in, if not here.
    package var provider: String?

    /// It was opened with an API token, not by a person who signed in.
    package var isOfToken: Bool { self.principal.token != nil }
}
