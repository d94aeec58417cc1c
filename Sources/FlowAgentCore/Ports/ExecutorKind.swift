// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What kind of job an executor carries out; the word an agent's hello names it by.
package struct ExecutorKind: Hashable, Sendable, CustomStringConvertible {
    package let name: String

    package static let shell = ExecutorKind(name: "shell")
    package static let http = ExecutorKind(name: "http")
    package static let plugin = ExecutorKind(name: "plugin")
    package static let sql = ExecutorKind(name: "sql")
    package static let builtin = ExecutorKind(name: "builtin")
    package static let container = ExecutorKind(name: "container")

    package init(name: String) { self.name = name }

    package var description: String { self.name }
}

extension Payload {
    /// The kind of executor that can carry it out.
    package var executorKind: ExecutorKind { ExecutorKind(name: self.kindName) }
}
