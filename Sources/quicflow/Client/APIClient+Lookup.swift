// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// People name tasks, groups and executions; the API wants their numbers.
extension APIClient {
    /// The task with this number or exactly this name.
    ///
    /// - Throws: ``CommandFailure`` with ``CommandStatus/notFound``.
    func task(_ reference: String) async throws -> JSONValue {
        if let id = Int64(reference), id > 0 {
            do {
                return try await self.get("/tasks/\(id)")
            } catch let failure as CommandFailure where failure.status == .notFound {
                // A name may be all digits.
            }
        }
        var page = 1
        while true {
            let found = try await self.get(
                "/tasks",
                [("keyword", reference), ("page", String(page)), ("page_size", "100")]
            )
            if let task = found["items"].array.first(where: { $0["name"].string == reference }),
                let id = task["id"].integer
            {
                return try await self.get("/tasks/\(id)")
            }
            guard found["items"].array.count == 100 else {
                throw CommandFailure(.notFound, "no task has the id or name '\(reference)'")
            }
            page += 1
        }
    }

    /// The number of ``task(_:)``.
    func taskID(_ reference: String) async throws -> Int64 {
        guard let id = try await self.task(reference)["id"].integer else {
            throw CommandFailure(.failed, "\(self.server) does not answer as a QuartzFlow server does")
        }
        return id
    }

    /// The numbers of groups named by number or exact name.
    func groupIDs(_ references: [String]) async throws -> [Int64] {
        guard !references.isEmpty else { return [] }
        let groups = try await self.get("/groups").array
        return try references.map { reference in
            let byName = groups.first { $0["name"].string == reference }
            let byNumber = groups.first { $0["id"].integer.map(String.init) == reference }
            guard let id = (byName ?? byNumber)?["id"].integer else {
                let names = groups.compactMap { $0["name"].string }.joined(separator: ", ")
                throw CommandFailure(.notFound, "no group is '\(reference)'; there are: \(names)")
            }
            return id
        }
    }

    func groupID(_ reference: String) async throws -> Int64 {
        try await self.groupIDs([reference])[0]
    }
}
