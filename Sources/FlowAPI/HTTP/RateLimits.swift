// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How many requests a minute a client may make; 0 = as many as it likes.
///
/// A fifth of a minute's requests may come at once, at least twenty.
package struct RateLimits: Hashable, Sendable {
    /// By one API token.
    package var perToken: Int
    /// By one person's session.
    package var perSession: Int
    /// From one network without a valid credential: requests for open routes, and those that are answered 401.
    package var perNetwork: Int

    package init(perToken: Int, perSession: Int, perNetwork: Int) {
        self.perToken = perToken
        self.perSession = perSession
        self.perNetwork = perNetwork
    }

    package static let none = RateLimits(perToken: 0, perSession: 0, perNetwork: 0)
    /// Importing a thousand tasks is a right use; trying tokens is not.
    package static let standard = RateLimits(perToken: 3000, perSession: 3000, perNetwork: 60)
}
