// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A fresh session; the only time its token is seen.
package struct SignIn: Sendable {
    package let token: String
    package let expiresAt: Timestamp
    package let user: User
    /// What a browser may keep, to show that this user has signed in there before; nil without a key.
    package var device: String?
    /// Shows for some minutes that the person has just proved at a provider who they are; nil where nobody asked for it.
    package var proof: String?
}
