// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A step of the schema that this version has and a database has not.
package struct MissingStep: Hashable, Sendable {
    package let name: String
    /// Whether servers of the version before go on while it is taken, and afterwards.
    package let isBesideServers: Bool
}
