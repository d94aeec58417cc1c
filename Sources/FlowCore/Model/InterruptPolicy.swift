// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What follows when an attempt was interrupted: its agent, runner or host died, and nobody knows what it did.
package enum InterruptPolicy: String, Codable, Sendable, CaseIterable {
    /// Another attempt, which is none of the retries: the work is done at least once.
    case retry
    /// None: the work is done at most once.
    case fail
}
