// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The names that stand in files for the numbers of one server's groups, tasks and workflows, and back.
struct TaskNames {
    let groupIDs: [String: Int64]
    let groups: [Int64: String]
    private(set) var taskIDs: [String: Int64]
    private(set) var tasks: [Int64: String]
    private(set) var workflowIDs: [String: Int64]
    private(set) var workflows: [Int64: String]

    /// - Parameters:
    ///   - groups: as the server lists them.
    ///   - tasks: as the server lists them.
    ///   - workflows: as the server lists them.
    init(groups: [JSONValue], tasks: [JSONValue], workflows: [JSONValue] = []) {
        func pairs(_ items: [JSONValue]) -> [(Int64, String)] {
            items.compactMap { item in
                guard let id = item["id"].integer, let name = item["name"].string else { return nil }
                return (id, name)
            }
        }
        self.groups = Dictionary(pairs(groups)) { first, _ in first }
        self.groupIDs = Dictionary(pairs(groups).map { ($1, $0) }) { first, _ in first }
        self.tasks = Dictionary(pairs(tasks)) { first, _ in first }
        self.taskIDs = Dictionary(pairs(tasks).map { ($1, $0) }) { first, _ in first }
        self.workflows = Dictionary(pairs(workflows)) { first, _ in first }
        self.workflowIDs = Dictionary(pairs(workflows).map { ($1, $0) }) { first, _ in first }
    }

    /// Lets a number stand for a task or a workflow.
    mutating func set(_ id: Int64, for key: FileKey) {
        switch key.kind {
        case .task:
            self.taskIDs[key.name] = id
            self.tasks[id] = key.name
        case .workflow:
            self.workflowIDs[key.name] = id
            self.workflows[id] = key.name
        }
    }

    // MARK: To the server

    /// A field of a file that is wrong before the server is asked.
    struct Fault: Hashable {
        let path: String
        let text: Wording
    }

    /// What the API has numbers for and files don't.
    private static let instead = [
        "group_ids": "'groups' by name", "status": "'enabled: true' or 'enabled: false'",
        "task_dependencies": "'dependencies' with the names of tasks",
    ]

    /// The body that the API takes; a file is the whole task, so that what it does not have is to go.
    func body(_ fields: JSONValue) -> (body: JSONValue, faults: [Fault]) {
        guard case .object(var members) = fields else { return (.null, []) }
        var faults: [Fault] = []
        for (name, text) in Self.instead.sorted(by: { $0.key < $1.key }) where members[name] != nil {
            faults.append(Fault(path: name, text: "numbers are another server's; write \(text) in files"))
            members[name] = nil
        }
        if let names = members.removeValue(forKey: "groups"), !names.isNull {
            members["group_ids"] = self.groupIDs(names, &faults)
        } else {
            faults.append(Fault(path: "groups", text: "say where it runs, as in 'groups: [all]'"))
        }
        if let flag = members.removeValue(forKey: "enabled"), !flag.isNull {
            if flag.bool == nil { faults.append(Fault(path: "enabled", text: "this is true or false")) }
            members["status"] = .integer(flag.bool == false ? 0 : 1)
        }
        let edges = members["dependencies"] ?? .null
        members["dependencies"] = edges.isNull ? .array([]) : self.edges(edges, &faults)
        if members["task_notify"] ?? .null == .null { members["task_notify"] = .array([]) }
        // Each is a resource of its own.
        members[FileTriggers.field] = nil
        return (.object(members), faults)
    }

    func groupIDs(_ names: JSONValue, _ faults: inout [Fault]) -> JSONValue {
        guard case .array(let elements) = names else {
            faults.append(Fault(path: "groups", text: "this is a list, as in 'groups: [all]'"))
            return .array([])
        }
        var ids: [JSONValue] = []
        for (index, element) in elements.enumerated() {
            if let name = element.string, let id = self.groupIDs[name] {
                ids.append(.integer(id))
                continue
            }
            let text = element.string ?? element.compact
            let near = NearestName.of(text, among: self.groupIDs.keys)
            let hint: Wording =
                near.map { "is '\($0)' meant?" } ?? "there are: \(self.groupIDs.keys.sorted().joined(separator: ", "))"
            faults.append(Fault(path: "groups[\(index)]", text: "there is no group '\(text)'; \(hint)"))
        }
        return .array(ids)
    }

    private func edges(_ value: JSONValue, _ faults: inout [Fault]) -> JSONValue {
        // What is no list of objects is the server's to refuse.
        guard case .array(let elements) = value else { return value }
        var seen: Set<String> = []
        return .array(
            elements.enumerated().map { index, element in
                guard case .object(var members) = element else { return element }
                let path = "dependencies[\(index)].task"
                if members["task_id"] != nil {
                    faults.append(
                        Fault(path: "dependencies[\(index)].task_id", text: "write 'task' with its name in files")
                    )
                }
                guard let name = members.removeValue(forKey: "task")?.string else {
                    faults.append(Fault(path: path, text: "say which task it waits for, by its name"))
                    return element
                }
                if !seen.insert(name).inserted {
                    faults.append(Fault(path: path, text: "'\(name)' is named twice"))
                }
                if let id = self.taskIDs[name] {
                    members["task_id"] = .integer(id)
                } else {
                    let near = NearestName.of(name, among: self.taskIDs.keys)
                    let hint: Wording = near.map { "; is '\($0)' meant?" } ?? ", in the files or on the server"
                    faults.append(Fault(path: path, text: "there is no task '\(name)'\(hint)"))
                }
                return .object(members)
            }
        )
    }

    // MARK: From the server

    /// What stands for nothing when it is empty; an empty `retry_on` is a policy of its own.
    static let leftOut: Set<String> = [
        "description", "cron_expr", "cron_exprs", "cron_except", "labels", "task_notify", "dependencies", "env",
        "headers", "expected_status", "outputs", "expect",
    ]

    /// A task or definition of the API as a file has it.
    ///
    /// - Parameter known: the fields that files have; others are not written.
    func fields(_ task: JSONValue, known: Set<String>) -> JSONValue {
        guard case .object(var members) = task else { return .null }
        let groups = members.removeValue(forKey: "group_ids")?.array ?? []
        members["groups"] = .array(
            groups.map { self.groups[$0.integer ?? 0] ?? "#\($0.cell)" }.sorted().map { .string($0) }
        )
        // A task that rests by itself is one that somebody wants to run.
        let isHeld = task["hold"] != .null
        members["enabled"] = .bool(members.removeValue(forKey: "status")?.integer == 1 || isHeld)
        let edges = (members.removeValue(forKey: "dependencies")?.array ?? []).map { edge -> JSONValue in
            guard case .object(var members) = edge else { return edge }
            let id = members.removeValue(forKey: "task_id")?.integer ?? 0
            members["task"] = .string(self.tasks[id] ?? "#\(id)")
            return .object(members)
        }
        members["dependencies"] = .array(edges.sorted { ($0["task"].string ?? "") < ($1["task"].string ?? "") })
        // These belong to cron; of others they are shown without a meaning.
        if members["schedule_type"] != "cron" { for name in ["timezone", "dst"] { members[name] = nil } }
        if case .object(let inner)? = members["executor_config"] { members["executor_config"] = Self.filled(inner) }
        return Self.filled(members.filter { known.contains($0.key) })
    }

    static func filled(_ members: [String: JSONValue]) -> JSONValue {
        .object(
            members.filter { name, value in
                switch value {
                case .null: return false
                case .string(""), .array([]), .object([:]): return !self.leftOut.contains(name)
                default: return true
                }
            }
        )
    }
}
