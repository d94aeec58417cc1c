// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Of which authorities a host is, each by the name that connections call it.
package struct AuthorityTrust: Hashable, Sendable {
    /// The newest that it trusts.
    package let newest: String
    /// The one that signed its certificate.
    package let issuer: String

    package init(newest: String, issuer: String) {
        self.newest = newest
        self.issuer = issuer
    }
}
