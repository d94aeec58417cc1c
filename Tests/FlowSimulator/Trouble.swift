// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A kind of trouble that may be left out of a history.
///
/// The numbers that would have decided on it are drawn all the same, so that what remains goes as it went, as far as it can.
package enum Trouble: String, Sendable, CaseIterable {
    case serverDies = "server-dies"
    case agentDies = "agent-dies"
    case disconnects
    case clocks
    case switching
    case stops
    case triggers
    case restores
    case losses
    case repeats
    case delays
}
