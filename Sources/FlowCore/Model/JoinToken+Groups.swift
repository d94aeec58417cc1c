// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension JoinToken {
    /// Which groups a host joins by this token (S1-FR-3.2).
    ///
    /// The token bounds it: a host that names groups joins those of the token's that it names, or any if the token is for `all`; what
    /// it names besides is refused, whether there is such a group or not. A host that names none, or none that it may join, joins
    /// those of the token.
    ///
    /// - Parameters:
    ///   - names: what the host names, a group's name or number.
    ///   - known: the groups there are.
    package func groups(named names: [String], of known: [Group]) -> (joined: [GroupID], refused: [String]) {
        let mayJoinAny = self.groups.contains(Group.everyone)
        var joined: [GroupID] = []
        var refused: [String] = []
        for name in names {
            let group = known.first { group in
                group.name.utf8.elementsEqual(name.utf8) || String(group.id).utf8.elementsEqual(name.utf8)
            }
            guard let group, mayJoinAny || self.groups.contains(group.id) || group.isBuiltIn else {
                refused.append(name)
                continue
            }
            if !joined.contains(group.id) { joined.append(group.id) }
        }
        return (joined.isEmpty ? self.groups : joined, refused)
    }
}
