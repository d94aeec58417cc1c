// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Records of what the product did for itself.
package protocol OwnWorkStore: Sendable {
    /// Adds to the record of the same kind and hour, and forgets the oldest beyond ``OwnWork/limit``.
    func record(_ work: OwnWork) async throws

    /// Nil for a run of anything else.
    func ownWork(_ id: RunID) async throws -> OwnWork?
}
