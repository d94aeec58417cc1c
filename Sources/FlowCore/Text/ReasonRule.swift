// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What is asked of a reason that somebody gives for what they do: the same wherever one is taken.
package enum ReasonRule {
    /// The most characters, as Unicode scalars.
    package static let limit = 512
}
