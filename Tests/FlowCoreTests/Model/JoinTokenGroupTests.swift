// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Groups that a host names when it joins (S1-FR-3.2)")
struct JoinTokenGroupTests {
    @Test("The token bounds them: what it does not allow is refused like what there is not")
    func bounds() {
        let time = Timestamp(milliseconds: 0)
        let known = [(1, "all"), (2, "web"), (3, "db"), (4, "7")].map { id, name in
            Group(id: id, name: name, createdAt: time, updatedAt: time)
        }
        let cases: [(token: [GroupID], named: [String], joined: [GroupID], refused: [String])] = [
            ([2], [], [2], []),
            ([2, 3], ["web"], [2], []),
            ([2, 3], ["3", "web", "db"], [3, 2], []),
            ([2], ["db"], [2], ["db"]),
            ([2], ["nowhere"], [2], ["nowhere"]),
            ([2, 3], ["web", "WEB", "3 "], [2], ["WEB", "3 "]),
            ([], ["web"], [], ["web"]),
            ([], ["all"], [1], []),
            ([1], ["db", "nowhere"], [3], ["nowhere"]),
            ([1], ["7"], [4], []),
        ]
        for (groups, named, joined, refused) in cases {
            let token = JoinToken(id: "t", secretHash: [], groups: groups, expiresAt: time, createdAt: time)
            let found = token.groups(named: named, of: known)
            #expect(found.joined == joined && found.refused == refused, "\(groups) \(named): \(found)")
        }
    }
}
