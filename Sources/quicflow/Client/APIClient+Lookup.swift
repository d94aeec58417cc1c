// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// People name tasks, groups and hosts; the API wants their numbers and ids.
extension APIClient {
    /// The task that is meant.
    ///
    /// - Throws: ``CommandFailure`` `notFound`, or `conflict` when the text is the number of one task and the name of
    ///   another.
    func task(_ reference: Reference) async throws -> JSONValue {
        var candidates: [Reference.Candidate] = []
        if reference.meaning != .name, let id = Int64(reference.text), id > 0 {
            do {
                candidates.append(Self.candidate(try await self.get("/tasks/\(id)")))
            } catch let failure as CommandFailure where failure.status == .notFound {
                // A name may be all digits.
            }
        }
        if reference.meaning != .id, let named = try await self.task(named: reference.text),
            !candidates.contains(named)
        {
            candidates.append(named)
        }
        return try await self.get("/tasks/\(try reference.choose(among: candidates, kind: "task").id)")
    }

    /// Every task that may be seen.
    func allTasks(_ output: OutputOptions? = nil) async throws -> [JSONValue] {
        var tasks: [JSONValue] = []
        var progress: ProgressLine?
        defer { progress?.clear() }
        var page = 1
        while true {
            // By number, so that what is created meanwhile does not move what is still to come.
            let found = try await self.get("/tasks", [("page", String(page)), ("page_size", "500"), ("sort", "id")])
            tasks += found["items"].array
            if let output, let total = found["total"].integer {
                var line = progress ?? ProgressLine(of: Int(clamping: total), output)
                line.show(tasks.count)
                progress = line
            }
            guard found["has_next"].bool == true else { return tasks }
            page += 1
        }
    }

    /// All workflows as a list has them: without their steps.
    func allWorkflows() async throws -> [JSONValue] {
        var workflows: [JSONValue] = []
        var page = 1
        while true {
            let found = try await self.get("/workflows", [("page", String(page)), ("page_size", "100")])
            workflows += found["items"].array
            guard found["has_next"].bool == true else { return workflows }
            page += 1
        }
    }

    private func task(named name: String) async throws -> Reference.Candidate? {
        var page = 1
        while true {
            let found = try await self.get("/tasks", [("keyword", name), ("page", String(page)), ("page_size", "100")])
            if let task = found["items"].array.first(where: { $0["name"].string == name }) {
                return Self.candidate(task)
            }
            guard found["items"].array.count == 100 else { return nil }
            page += 1
        }
    }

    private static func candidate(_ item: JSONValue) -> Reference.Candidate {
        Reference.Candidate(id: item["id"].cell, name: item["name"].string ?? "")
    }

    /// The number of ``task(_:)``.
    func taskID(_ reference: Reference) async throws -> Int64 {
        guard let id = try await self.task(reference)["id"].integer else {
            throw CommandFailure(.failed, "\(self.server) does not answer as a QuartzFlow server does")
        }
        return id
    }

    /// The groups that are meant, in the order they were named.
    func groupIDs(_ references: [String]) async throws -> [Int64] {
        guard !references.isEmpty else { return [] }
        let candidates = try await self.get("/groups").array.map(Self.candidate)
        return try references.map { text in
            do {
                return Int64(try Reference(text).choose(among: candidates, kind: "group").id) ?? 0
            } catch let failure as CommandFailure where failure.status == .notFound {
                let names = candidates.map(\.name).joined(separator: ", ")
                throw CommandFailure(.notFound, "\(failure.text); there are: \(names)")
            }
        }
    }

    func groupID(_ reference: String) async throws -> Int64 {
        try await self.groupIDs([reference])[0]
    }

    /// The ids of the hosts that are meant; several may have one name.
    func clientIDs(_ references: [String]) async throws -> [String] {
        var ids: [String] = []
        for text in references {
            let reference = Reference(text)
            let candidates = try await self.clients(reference.text).map { item in
                Reference.Candidate(id: item["client_id"].cell, name: item["name"].string ?? item["hostname"].cell)
            }
            ids.append(try reference.choose(among: candidates, kind: "host").id)
        }
        return ids
    }

    func clientID(_ reference: String) async throws -> String {
        try await self.clientIDs([reference])[0]
    }

    /// All hosts in which the server finds the text.
    private func clients(_ keyword: String) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        // The first page is asked for without a number: a server that does not page knows no such parameter.
        var page: Int?
        while true {
            let answer = try await self.get("/clients", [("keyword", keyword), ("page", page.map(String.init))])
            items += answer["items"].array
            guard answer["has_next"].bool == true else { return items }
            page = (page ?? 1) + 1
        }
    }
}
