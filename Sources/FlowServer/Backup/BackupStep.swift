// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How far a back-up, its check or a restore is; amounts are bytes, and each kind begins with `done` 0.
package enum BackupStep: Hashable, Sendable {
    case copying(done: Int64, total: Int64)
    /// Everything is looked at; nobody can say how long that takes.
    case looking
    case packing(done: Int64, total: Int64)
    case unpacking(done: Int64, total: Int64)

    /// Who wants to hear of it.
    package typealias Report = @Sendable (BackupStep) -> Void
}
