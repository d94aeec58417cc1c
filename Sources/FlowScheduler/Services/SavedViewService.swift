// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Views of lists: everybody's own, which nobody else sees.
package struct SavedViewService: Sendable {
    let store: any SavedViewStore
    let clock: any WallClock

    package init(store: any SavedViewStore, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// The own views, by list and number.
    package func own(_ principal: Principal) async throws -> [SavedView] {
        try await self.store.savedViews(of: principal.userID)
    }

    /// Keeps a view; one of the same list and name says this from now on.
    ///
    /// - Returns: the view with its number, and whether it is new.
    package func keep(
        _ query: [String: String],
        as name: String,
        of list: SavedView.List,
        by principal: Principal
    ) async throws -> (view: SavedView, isNew: Bool) {
        var faults = FaultCollector()
        faults.require(
            (1...SavedView.nameLimit).contains(TextRules.length(name)) && !TextRules.hasControlCharacters(name),
            "name",
            "length",
            "a view's name has 1 to \(SavedView.nameLimit) characters, and no control characters"
        )
        faults.require(
            query.count <= SavedView.parameterLimit,
            "query",
            "length",
            "a view has at most \(SavedView.parameterLimit) parameters"
        )
        for (parameter, value) in query.sorted(by: { $0.key < $1.key }) {
            let fits =
                (1...SavedView.parameterNameLimit).contains(parameter.utf8.count)
                && value.utf8.count <= SavedView.valueLimit && !TextRules.hasControlCharacters(parameter + value)
            faults.require(
                fits,
                "query.\(parameter)",
                "length",
                "a parameter has a name of 1 to \(SavedView.parameterNameLimit) bytes and a value of at most \(SavedView.valueLimit), without control characters"
            )
        }
        try faults.check("The view can't be kept")
        let view = SavedView(
            owner: principal.userID,
            list: list,
            name: name,
            query: query,
            updatedAt: self.clock.now
        )
        return try await self.store.keep(view)
    }

    package func delete(_ id: Int64, as principal: Principal) async throws {
        try await self.store.deleteSavedView(id, of: principal.userID)
    }
}
