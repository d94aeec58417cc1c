// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a server has, as files would say it, and what it thinks of files.
struct TaskServer {
    /// A task or workflow as the server has it.
    struct Present {
        let id: Int64
        let version: Int64
        let updatedAt: String
        /// What it belongs to, if to anything: the label of ``TaskSource``.
        let source: String?
        /// As a file has it, without that label; null of a workflow that nobody asked for.
        var fields: JSONValue
        /// Whether it has groups, or runs tasks, that may not be seen, or the server can't read it.
        let isPartial: Bool
        /// Whether it rests though nobody switched it off: paused until a time or after failures, or finished.
        let isHeld: Bool
    }

    /// A task or workflow of the files, with what the server would make of it.
    struct Checked {
        let file: TaskFile
        /// With all defaults, as a file has it.
        let definition: JSONValue
    }

    let client: APIClient
    let schema: TaskFileSchema
    private(set) var names: TaskNames
    private(set) var present: [FileKey: Present]

    /// - Parameters:
    ///   - output: how it is said how far it is; nil = not at all.
    ///   - hasTriggers: of which tasks the triggers by files are fetched, by name and source; each is a request.
    ///   - isAsked: of which workflows the definitions are fetched, by name and source; each is a request.
    init(
        _ client: APIClient,
        _ output: OutputOptions? = nil,
        triggers hasTriggers: (String, String?) -> Bool = { _, _ in false },
        workflows isAsked: (String, String?) -> Bool = { _, _ in true }
    ) async throws {
        self.client = client
        do {
            self.schema = TaskFileSchema(try await client.plain("/task-files/schema.json"))
        } catch let failure as CommandFailure where failure.status == .notFound {
            throw CommandFailure(.failed, "\(client.server) is older than task files; update it first")
        }
        let tasks = try await client.allTasks(output)
        let takesWorkflows = !self.schema.workflowFields.isEmpty
        let workflows = takesWorkflows ? try await client.allWorkflows() : []
        let names = TaskNames(groups: try await client.get("/groups").array, tasks: tasks, workflows: workflows)
        self.names = names
        let known = self.schema.fields
        self.present = Dictionary(
            tasks.compactMap { task in
                guard let name = task["name"].string, let id = task["id"].integer else { return nil }
                let (fields, source) = TaskSource.separated(names.fields(task, known: known))
                let present = Present(
                    id: id,
                    version: task["version"].integer ?? 0,
                    updatedAt: task["updated_at"].string ?? "",
                    source: source,
                    fields: fields,
                    isPartial: task["hidden_groups"].bool == true || task["unreadable"].bool == true,
                    isHeld: task["hold"] != .null
                )
                return (FileKey(.task, name), present)
            }
        ) { first, _ in first }
        if self.schema.fields.contains(FileTriggers.field) {
            for (key, task) in self.present where hasTriggers(key.name, task.source) {
                let hooks = FileTriggers.written(try await Self.triggers(of: task.id, client))
                if !hooks.isNull { self.present[key]?.fields[FileTriggers.field] = hooks }
            }
        }
        for workflow in workflows {
            guard let name = workflow["name"].string, let id = workflow["id"].integer else { continue }
            let isWanted = isAsked(name, workflow["labels"][TaskSource.label].string)
            let whole = isWanted ? try await client.get("/workflows/\(id)") : workflow
            let (fields, isPartial) = names.workflowFields(whole, known: self.schema.workflowFields)
            let (plain, source) = TaskSource.separated(fields)
            self.present[FileKey(.workflow, name)] = Present(
                id: id,
                version: whole["version"].integer ?? 0,
                updatedAt: whole["updated_at"].string ?? "",
                source: source,
                fields: isWanted ? plain : .null,
                isPartial: isPartial,
                isHeld: false
            )
        }
    }

    // MARK: Looking at files

    /// How many tasks and workflows, and bytes of them, are looked at in one request.
    private static let batchLimit = 500
    private static let batchBytes = 900_000

    /// What the server would make of the files if all were applied; it stores nothing of it.
    ///
    /// - Throws: ``CommandFailure`` with a line for each fault of each file.
    func check(_ files: [TaskFile]) async throws -> [Checked] {
        var checked: [FileKey: JSONValue] = [:]
        var faults: [Wording] = []
        var isForbidden = true
        if self.schema.workflowFields.isEmpty, let workflow = files.first(where: { $0.key.kind == .workflow }) {
            let text: Wording = "the server takes no workflows in files yet; update it first"
            throw CommandFailure(.failed, "\(workflow.place()): \(text)")
        }
        if !self.schema.fields.contains(FileTriggers.field),
            let task = files.first(where: { !$0.fields[FileTriggers.field].isNull })
        {
            let text: Wording = "the server takes no file triggers in files yet; update it first"
            throw CommandFailure(.failed, "\(task.place(of: FileTriggers.field)): \(text)")
        }
        for batch in try Self.batches(files, isThere: { self.present[$0] != nil }) {
            let (tasks, workflows) = (batch.filter { $0.key.kind == .task }, batch.filter { $0.key.kind == .workflow })
            let (bodies, names, wrong) = self.bodies(tasks, workflows)
            var request = ["tasks": JSONValue.array(Array(bodies.prefix(tasks.count)))]
            if !workflows.isEmpty { request["workflows"] = .array(Array(bodies.dropFirst(tasks.count))) }
            let answer = try await self.client.post("/task-files/check", .object(request))
            let items = answer["items"].array + answer["workflows"].array
            for (index, (file, item)) in zip(tasks + workflows, items).enumerated() {
                faults += wrong[index].map { file.fault($0.path, $0.text) }
                if !wrong[index].isEmpty { isForbidden = false }
                // What was found here already, with the names in it, is not said in numbers once more.
                let known = Set(wrong[index].map { Self.root($0.path) })
                for fault in item["faults"].array {
                    let path = Self.path(inFile: fault["path"].string ?? "")
                    if !path.isEmpty, known.contains(Self.root(path)) { continue }
                    if fault["code"].string != "forbidden" { isForbidden = false }
                    faults.append(file.fault(path, self.words(fault, at: path, of: file.key.kind)))
                }
                let fields =
                    file.key.kind == .task
                    ? names.fields(item["task"], known: self.schema.fields)
                    : names.workflowFields(item["workflow"], known: self.schema.workflowFields).fields
                checked[file.key] = TaskSource.separated(fields).fields
                let triggers = FileTriggers.written(item[FileTriggers.field].array)
                if !triggers.isNull { checked[file.key]?[FileTriggers.field] = triggers }
            }
        }
        guard faults.isEmpty else {
            let status: CommandStatus = isForbidden ? .denied : .usage
            throw CommandFailure(status, "the files can't be applied; nothing was changed", details: faults)
        }
        return files.map { Checked(file: $0, definition: checked[$0.key] ?? .null) }
    }

    /// What is sent, and the names with which the answer is read: new tasks have the numbers -1, -2, … of the request, and so
    /// have new workflows.
    private func bodies(
        _ tasks: [TaskFile],
        _ workflows: [TaskFile]
    ) -> (bodies: [JSONValue], names: TaskNames, faults: [[TaskNames.Fault]]) {
        var names = self.names
        for files in [tasks, workflows] {
            for (index, file) in files.enumerated() where self.present[file.key] == nil {
                names.set(-Int64(index + 1), for: file.key)
            }
        }
        var faults: [[TaskNames.Fault]] = []
        let bodies = (tasks + workflows).map { file -> JSONValue in
            let isTask = file.key.kind == .task
            var (body, wrong) = isTask ? names.body(file.fields) : names.workflowBody(file.fields)
            let mark = "labels.\(TaskSource.label)"
            if file.fields["labels"][TaskSource.label] != .null {
                wrong.append(TaskNames.Fault(path: mark, text: "this is set by --source; leave it out"))
            }
            faults.append(wrong)
            let id = self.present[file.key].map { JSONValue.integer($0.id) } ?? .null
            var item = [file.key.kind.rawValue: body, "id": id]
            let triggers = file.fields[FileTriggers.field]
            if isTask, !triggers.isNull { item[FileTriggers.field] = FileTriggers.bodies(triggers) }
            return .object(item)
        }
        return (bodies, names, faults)
    }

    private static func root(_ path: String) -> String { String(path.prefix { $0 != "." && $0 != "[" }) }

    /// The same place in the words of files.
    private static func path(inFile path: String) -> String {
        if path == "status" { return "enabled" }
        if FileTriggers.hold(path) { return path.replacing(".file.", with: ".") }
        if path.hasPrefix("group_ids") { return "groups" + path.dropFirst("group_ids".count) }
        return path.hasSuffix(".task_id") || path.hasSuffix(".workflow_id") ? String(path.dropLast("_id".count)) : path
    }

    private func words(_ fault: JSONValue, at path: String, of kind: FileKey.Kind) -> Wording {
        let message = Wording(said: fault) ?? Wording(verbatim: fault.cell)
        guard fault["code"].string == "unknown_field" else { return message }
        let cut = path.lastIndex(of: ".")
        let name = cut.map { String(path[path.index(after: $0)...]) } ?? path
        // A field of another kind of task has this very name.
        let known = self.schema.names(at: cut.map { String(path[..<$0]) } ?? "", of: kind).filter { $0 != name }
        let near = NearestName.of(name, among: known)
        return near.map { "\(message); is '\($0)' meant?" } ?? message
    }

    /// Tasks and workflows that need each other stay together: only so the server sees circles.
    static func batches(_ files: [TaskFile], isThere: (FileKey) -> Bool = { _ in false }) throws -> [[TaskFile]] {
        var batches: [[TaskFile]] = []
        var batch: [TaskFile] = []
        var size = 0
        for part in TaskOrder.connected(files, isThere: isThere) {
            let bytes = part.reduce(0) { $0 + $1.fields.compact.utf8.count + 32 }
            guard part.count <= self.batchLimit, bytes <= self.batchBytes else {
                throw CommandFailure(
                    .usage,
                    "\(part[0].place()): \(part.count) tasks wait for each other, of at most \(self.batchLimit) "
                        + "and \(self.batchBytes / 1000) kB"
                )
            }
            if batch.count + part.count > self.batchLimit || size + bytes > self.batchBytes {
                batches.append(batch)
                (batch, size) = ([], 0)
            }
            batch += part
            size += bytes
        }
        return batch.isEmpty ? batches : batches + [batch]
    }

    // MARK: Changing

    /// Does one step of a plan.
    mutating func take(_ step: TaskPlan.Step) async throws {
        switch step.action {
        case .create:
            let made = try await self.client.post(Self.path(step.key.kind), try self.body(step))
            guard let id = made["id"].integer else { return }
            self.names.set(id, for: step.key)
            let triggers = step.fields[FileTriggers.field]
            if step.key.kind == .task, !triggers.array.isEmpty { try await self.setTriggers(of: id, to: triggers) }
        case .update:
            guard let present = self.present[step.key] else { return }
            var body = try self.body(step)
            // What somebody changed since the plan was made is not overwritten.
            let path = "\(Self.path(step.key.kind))/\(present.id)"
            switch step.key.kind {
            case .task:
                if step.differences.contains(where: { !FileTriggers.hold($0.path) }) {
                    body["version"] = .integer(present.version)
                    _ = try await self.client.put(path, body)
                }
                if step.differences.contains(where: { FileTriggers.hold($0.path) }) {
                    try await self.setTriggers(of: present.id, to: step.fields[FileTriggers.field])
                }
            case .workflow: _ = try await self.client.put(path, body, ifMatch: "\"\(present.version)\"")
            }
        case .delete:
            guard let present = self.present[step.key] else { return }
            let path = "\(Self.path(step.key.kind))/\(present.id)"
            _ = try await self.client.delete(path, ifMatch: "\"\(present.version)\"")
        }
    }

    private static func path(_ kind: FileKey.Kind) -> String { kind == .task ? "/tasks" : "/workflows" }

    private func body(_ step: TaskPlan.Step) throws -> JSONValue {
        let isTask = step.key.kind == .task
        let (body, faults) = isTask ? self.names.body(step.fields) : self.names.workflowBody(step.fields)
        guard let fault = faults.first else { return body }
        throw CommandFailure(.usage, "\(fault.path): \(fault.text)")
    }
}
