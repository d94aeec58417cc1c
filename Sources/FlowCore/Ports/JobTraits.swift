// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What lists are narrowed down by besides names: what jobs are now, not what they were when something ran.
package struct JobTraits: Hashable, Sendable {
    package struct Label: Hashable, Sendable {
        package let name: String
        /// Nil = whatever it says.
        package let value: String?

        package init(name: String, value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    /// Any of these kinds (``Payload/kindName``); empty = all.
    package var kinds: Set<String>
    /// All of these.
    package var labels: [Label]
    /// Bound to this group.
    package var group: GroupID?

    package init(kinds: Set<String> = [], labels: [Label] = [], group: GroupID? = nil) {
        self.kinds = kinds
        self.labels = labels
        self.group = group
    }

    package var isEmpty: Bool { self.kinds.isEmpty && self.labels.isEmpty && self.group == nil }

    package func areOf(labels: [String: String]) -> Bool {
        self.labels.allSatisfy { label in
            labels[label.name].map { label.value == nil || label.value == $0 } ?? false
        }
    }
}
