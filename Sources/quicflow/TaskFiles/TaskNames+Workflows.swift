// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Workflows as files have them: steps name tasks and workflows.
extension TaskNames {
    /// The body that the API takes; a file is the whole workflow, so that what it does not have is to go.
    func workflowBody(_ fields: JSONValue) -> (body: JSONValue, faults: [Fault]) {
        guard case .object(var members) = fields else { return (.null, []) }
        var faults: [Fault] = []
        members["kind"] = nil
        if members.removeValue(forKey: "group_ids") != nil {
            faults.append(
                Fault(path: "group_ids", text: "numbers are another server's; write 'groups' by name in files")
            )
        }
        if let names = members.removeValue(forKey: "groups"), !names.isNull {
            members["group_ids"] = self.groupIDs(names, &faults)
        }
        // Left out of an update these would stay.
        if members["enabled"] ?? .null == .null { members["enabled"] = .bool(true) }
        if members["labels"] ?? .null == .null { members["labels"] = .object([:]) }
        if case .array(let nodes)? = members["nodes"] {
            members["nodes"] = .array(
                nodes.enumerated().map { index, node in self.sent(node, at: "nodes[\(index)]", &faults) }
            )
        }
        return (.object(members), faults)
    }

    private func sent(_ node: JSONValue, at place: String, _ faults: inout [Fault]) -> JSONValue {
        // What is no object is the server's to refuse.
        guard case .object(var members) = node else { return node }
        if members["task_id"] != nil {
            faults.append(Fault(path: "\(place).task_id", text: "write 'task' with its name in files"))
        }
        if members["workflow_id"] != nil {
            faults.append(Fault(path: "\(place).workflow_id", text: "write 'workflow' with its name in files"))
        }
        if let task = members.removeValue(forKey: "task") {
            let name = task.string ?? task.compact
            if let id = self.taskIDs[name] {
                members["task_id"] = .integer(id)
            } else {
                let near = NearestName.of(name, among: self.taskIDs.keys)
                let hint: Wording = near.map { "; is '\($0)' meant?" } ?? ", in the files or on the server"
                faults.append(Fault(path: "\(place).task", text: "there is no task '\(name)'\(hint)"))
            }
        }
        if let workflow = members.removeValue(forKey: "workflow") {
            let name = workflow.string ?? workflow.compact
            if let id = self.workflowIDs[name] {
                members["workflow_id"] = .integer(id)
            } else {
                let near = NearestName.of(name, among: self.workflowIDs.keys)
                let hint: Wording = near.map { "; is '\($0)' meant?" } ?? ", in the files or on the server"
                faults.append(Fault(path: "\(place).workflow", text: "there is no workflow '\(name)'\(hint)"))
            }
        }
        if let inner = members["do"] { members["do"] = self.sent(inner, at: "\(place).do", &faults) }
        return .object(members)
    }

    /// A workflow or definition of the API as a file has it.
    ///
    /// - Parameter known: the fields that files have; others are not written.
    /// - Returns: also whether it names groups, tasks or workflows that may not be seen.
    func workflowFields(_ workflow: JSONValue, known: Set<String>) -> (fields: JSONValue, isPartial: Bool) {
        guard case .object(var members) = workflow else { return (.null, false) }
        // Its steps are not there for a server that can't read them.
        var isPartial = workflow["unreadable"].bool == true
        let groups = (members.removeValue(forKey: "group_ids")?.array ?? []).map { id -> String in
            if let name = self.groups[id.integer ?? 0] { return name }
            isPartial = true
            return "#\(id.cell)"
        }
        if !groups.isEmpty { members["groups"] = .array(groups.sorted().map { .string($0) }) }
        members["nodes"] = .array((members["nodes"]?.array ?? []).map { self.written($0, &isPartial) })
        members["kind"] = .string(FileKey.Kind.workflow.rawValue)
        let empty: Set = ["parameters", "edges", "results"]
        let kept = members.filter { name, value in
            known.contains(name) && !(empty.contains(name) && (value == .array([]) || value == .object([:])))
        }
        return (Self.filled(kept), isPartial)
    }

    private func written(_ node: JSONValue, _ isPartial: inout Bool) -> JSONValue {
        guard case .object(var members) = node else { return node }
        if let id = members.removeValue(forKey: "task_id")?.integer {
            if self.tasks[id] == nil { isPartial = true }
            members["task"] = .string(self.tasks[id] ?? "#\(id)")
        }
        if let id = members.removeValue(forKey: "workflow_id")?.integer {
            if self.workflows[id] == nil { isPartial = true }
            members["workflow"] = .string(self.workflows[id] ?? "#\(id)")
        }
        if let inner = members["do"] { members["do"] = self.written(inner, &isPartial) }
        return .object(members)
    }
}
