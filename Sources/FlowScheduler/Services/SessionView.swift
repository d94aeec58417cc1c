// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A session in a list.
package struct SessionView: Hashable, Sendable {
    package let session: UserSession
    /// It is the one that asks.
    package let isCurrent: Bool
}
