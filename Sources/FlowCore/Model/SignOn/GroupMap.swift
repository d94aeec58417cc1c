// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which roles the groups of another system stand for here.
package struct GroupMap: Hashable, Sendable {
    /// `group=role`, or `group=role@group of ours`.
    package struct Entry: Hashable, Sendable {
        package let group: String
        package let wish: RoleWish

        package init(group: String, wish: RoleWish) {
            self.group = group
            self.wish = wish
        }

        /// Reads an entry.
        ///
        /// The last `=` counts, because names of directories have some: `cn=ops,dc=example=operator`.
        ///
        /// - Returns: nil for anything else.
        package init?(_ text: String) {
            guard let equals = text.lastIndex(of: "="), equals != text.startIndex else { return nil }
            let group = text[..<equals]
            let rest = text[text.index(after: equals)...].split(
                separator: "@",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard group.utf8.count <= ExternalIdentity.groupNameLimit, let role = rest.first,
                (1...64).contains(role.utf8.count), rest.last?.isEmpty == false
            else { return nil }
            self.init(
                group: String(group),
                wish: RoleWish(role: String(role), group: rest.count == 2 ? String(rest[1]) : nil)
            )
        }
    }

    package let entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    /// What somebody in these groups is to have; each once, in the order of the entries.
    package func wishes(of groups: [String]) -> [RoleWish] {
        // Compared by bytes: two names that only look alike are two groups.
        let theirs = Set(groups.map { ExactText($0) })
        var wishes: [RoleWish] = []
        for entry in self.entries where theirs.contains(ExactText(entry.group)) && !wishes.contains(entry.wish) {
            wishes.append(entry.wish)
        }
        return wishes
    }
}

/// A role by its name, everywhere or on a group by its name; whether there are such is known when it is given.
package struct RoleWish: Hashable, Sendable {
    package let role: String
    /// Nil = everywhere.
    package let group: String?

    package init(role: String, group: String? = nil) {
        self.role = role
        self.group = group
    }
}
