// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A filter of one of the console's lists, under the name that its owner gave it.
package struct SavedView: Hashable, Sendable {
    /// The lists that have views.
    package enum List: String, CaseIterable, Sendable {
        case jobs, executions, tasks
    }

    package let id: Int64
    package let owner: UserID
    package let list: List
    /// Unique among the owner's views of the list.
    package let name: String
    /// Parameters of the list's address, by name; only those that are not as usual.
    package let query: [String: String]
    package let updatedAt: Timestamp

    /// Of one person and list, so that tabs stay readable.
    package static let limit = 12
    /// Unicode scalars.
    package static let nameLimit = 40
    /// Parameters of a view.
    package static let parameterLimit = 24
    /// Bytes of a parameter's name and of its value.
    package static let parameterNameLimit = 40
    package static let valueLimit = 2000

    package init(
        id: Int64 = 0,
        owner: UserID,
        list: List,
        name: String,
        query: [String: String],
        updatedAt: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.list = list
        self.name = name
        self.query = query
        self.updatedAt = updatedAt
    }
}
