// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The webhooks of the format `file` in task files: each is a resource of its own on the server, and a field of its task in files.
enum FileTriggers {
    static let field = "file_triggers"

    /// Whether a difference is of them.
    static func hold(_ path: String) -> Bool { path == self.field || path.hasPrefix(self.field + "[") }

    /// As the API takes them; what is no list of objects is the server's to refuse.
    static func bodies(_ triggers: JSONValue) -> JSONValue {
        guard case .array(let elements) = triggers else { return triggers }
        return .array(
            elements.map { element in
                guard case .object(var members) = element else { return element }
                var file: [String: JSONValue] = [:]
                for name in ["path", "settle_seconds"] {
                    if let value = members.removeValue(forKey: name), !value.isNull { file[name] = value }
                }
                // With a fault of its own.
                if members["file"] == nil { members["file"] = .object(file) }
                return .object(members)
            }
        )
    }

    /// Webhooks of the API as a file has them, by name; null when there are none.
    static func written(_ hooks: [JSONValue]) -> JSONValue {
        let triggers = hooks.filter { $0["format"] == "file" }.map { hook -> JSONValue in
            var members: [String: JSONValue] = [
                "name": hook["name"], "path": hook["file"]["path"], "settle_seconds": hook["file"]["settle_seconds"],
                "enabled": hook["enabled"],
            ]
            let parameters = hook["params"].array.map { parameter -> JSONValue in
                guard case .object(let inner) = parameter else { return parameter }
                return .object(inner.filter { !$0.value.isNull })
            }
            if !parameters.isEmpty { members["params"] = .array(parameters) }
            if !hook["when"].array.isEmpty { members["when"] = hook["when"] }
            return .object(members)
        }
        guard !triggers.isEmpty else { return .null }
        return .array(triggers.sorted { ($0["name"].string ?? "") < ($1["name"].string ?? "") })
    }
}

extension TaskServer {
    /// The webhooks of a task that nobody calls and files start.
    static func triggers(of task: Int64, _ client: APIClient) async throws -> [JSONValue] {
        try await client.get("/tasks/\(task)/hooks")["items"].array.filter { $0["format"] == "file" }
    }

    /// Makes those of a task what its file says.
    func setTriggers(of task: Int64, to wanted: JSONValue) async throws {
        var present = Dictionary(
            try await Self.triggers(of: task, self.client).compactMap { hook in hook["name"].string.map { ($0, hook) } }
        ) { first, _ in first }
        for case .object(var body) in FileTriggers.bodies(wanted).array {
            body["format"] = "file"
            guard let old = present.removeValue(forKey: body["name"]?.string ?? ""), let id = old["id"].string else {
                _ = try await self.client.post("/tasks/\(task)/hooks", .object(body))
                continue
            }
            _ = try await self.client.put("/tasks/\(task)/hooks/\(id)", .object(body))
        }
        for hook in present.values.sorted(by: { ($0["name"].string ?? "") < ($1["name"].string ?? "") }) {
            _ = try await self.client.delete("/tasks/\(task)/hooks/\(hook["id"].cell)")
        }
    }
}
