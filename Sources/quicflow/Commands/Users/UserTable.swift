// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Users and grants in tables.
enum UserTable {
    static func text(_ users: [JSONValue], groups: [Int64: String]) -> String {
        var table = TextTable(["ID", "NAME", "STATE", "ROLES", "LAST SIGN-IN", "CREATED"], alignments: [.right])
        for user in users {
            let roles = user["grants"].array.map { grant in
                let scope = Self.scope(grant["scope"], groups: groups)
                return grant["scope"].string == "all" ? grant["role"].cell : spoken("\(grant["role"].cell) on \(scope)")
            }
            let state = user["state"].word()
            table.add([
                user["id"].cell, user["username"].cell,
                user["must_change_password"].bool == true ? spoken("\(state), new password due") : state,
                roles.isEmpty ? "-" : roles.joined(separator: "; "), DisplayTime.text(user["last_sign_in"]),
                DisplayTime.text(user["created_at"]),
            ])
        }
        return table.plain
    }

    static func grants(_ grants: [JSONValue], groups: [Int64: String]) -> String {
        var table = TextTable(["GRANT", "ROLE", "ON"], alignments: [.right])
        for grant in grants {
            table.add([grant["id"].cell, grant["role"].cell, Self.scope(grant["scope"], groups: groups)])
        }
        return table.plain
    }

    /// `all`, or the groups by name.
    static func scope(_ scope: JSONValue, groups: [Int64: String]) -> String {
        if scope.string != nil { return scope.word() }
        let names = scope.array.map { id in id.integer.flatMap { groups[$0] } ?? id.cell }
        return names.isEmpty ? spoken("nothing") : names.joined(separator: ", ")
    }
}

extension APIClient {
    /// The names of all groups that can be seen.
    func groupNames() async throws -> [Int64: String] {
        let pairs = try await self.get("/groups").array.compactMap { group in
            group["id"].integer.map { ($0, group["name"].cell) }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// The number of the user that is meant.
    func userID(_ reference: String) async throws -> Int64 {
        let candidates = try await self.get("/users")["items"].array.map { user in
            Reference.Candidate(id: user["id"].cell, name: user["username"].string ?? "")
        }
        return Int64(try Reference(reference).choose(among: candidates, kind: "user").id) ?? 0
    }
}
