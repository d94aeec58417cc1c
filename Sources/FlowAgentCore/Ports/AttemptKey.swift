// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// One start of an execution on this host.
package struct AttemptKey: Hashable, Sendable {
    package let id: ExecutionID
    /// 1 for the first start.
    package let attempt: Int

    package init(id: ExecutionID, attempt: Int) {
        self.id = id
        self.attempt = attempt
    }
}

extension AttemptKey {
    package init(_ launch: Launch) { self.init(id: launch.id, attempt: launch.attempt) }
}
