// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Views of lists that people have named.
package protocol SavedViewStore: Sendable {
    /// Of one person, by list and number; bounded by ``SavedView/limit`` for each list.
    func savedViews(of owner: UserID) async throws -> [SavedView]
    /// Keeps a view; one of the same owner, list and name says this from now on, and keeps its number.
    ///
    /// - Returns: the view with its number, and whether it is new.
    /// - Throws: `notFound` for an owner who is gone, `conflict` when there are ``SavedView/limit`` others of the list.
    func keep(_ view: SavedView) async throws -> (view: SavedView, isNew: Bool)
    /// - Throws: `notFound`, also for somebody else's.
    func deleteSavedView(_ id: Int64, of owner: UserID) async throws
}
