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
    case fullDisks = "full-disks"
    case halfOpen = "half-open"

    /// Comes only in histories that are strained.
    var isStrain: Bool { self == .fullDisks || self == .halfOpen }

    /// What there may be in a history.
    ///
    /// - Parameters:
    ///   - seed: its number.
    ///   - mutant: the fault that is put into the protocol.
    package static func kinds(of seed: UInt64, _ mutant: Mutant?) -> [Trouble] {
        let isStrained = Shape.short(of: seed, mutant).isStrained
        return Self.allCases.filter { isStrained || !$0.isStrain }
    }
}
