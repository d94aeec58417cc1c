// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Why signing in at a provider came to nothing.
package struct OIDCFault: Error, Sendable {
    /// What is told to the person, who can do something about it.
    package enum Kind: String, Sendable, CaseIterable {
        /// The way back does not belong to a way there of this browser, or took too long.
        case expired
        /// The provider said no; perhaps the person did.
        case refused
        /// What the provider sent does not hold.
        case untrusted
        /// The provider does not answer, or not in a way that is understood.
        case unreachable
        /// Known there, without a role here.
        case noRole = "no_role"
        /// Locked out here.
        case locked
        /// This server lacks what it needs: its master key.
        case unavailable
    }

    package let kind: Kind
    /// For the log; never holds a token, code or secret.
    package let detail: String

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
