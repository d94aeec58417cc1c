// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A task or workflow as a file holds it: the API's writable fields, with names where the API has numbers.
struct TaskFile {
    let key: FileKey
    /// As the file has it.
    let fields: JSONValue
    let node: YAMLNode
    let file: String

    init?(_ node: YAMLNode, file: String) {
        let fields = node.value
        guard case .object = fields, let name = fields["name"].string, !name.isEmpty else { return nil }
        // Tasks have no such field; what else it may be is for the server to refuse.
        self.key = FileKey(fields["kind"].string == FileKey.Kind.workflow.rawValue ? .workflow : .task, name)
        self.fields = fields
        self.node = node
        self.file = file
    }

    var name: String { self.key.name }

    /// Where a field stands, as compilers say it; where it would stand if it is not there.
    func place(of path: String = "") -> String {
        Self.place(self.file, self.node.nearest(to: path)?.mark ?? self.node.start)
    }

    static func place(_ file: String, _ mark: YAMLMark) -> String { "\(file):\(mark.line):\(mark.column)" }

    /// A fault of a field, with its place.
    func fault(_ path: String, _ text: Wording) -> Wording {
        var text = text
        // The usual mistake of YAML: what looks like a number is one.
        if text.english.hasSuffix("not a string"), let node = self.node.nearest(to: path)?.node,
            case .scalar(_, isPlain: true) = node.kind
        {
            text = "\(text); put it in quotes"
        }
        return "\(self.place(of: path)): '\(self.name)'\(path.isEmpty ? "" : " " + path): \(text)"
    }

    /// What has to be there before it.
    var parents: [FileKey] { self.key.parents(in: self.fields) }

    /// In the order in which people read a task or a workflow.
    static let order = [
        "key", "kind", "name", "task", "workflow", "from", "to", "on", "description", "enabled", "groups",
        "schedule_type", "cron_expr", "cron_exprs", "cron_except",
        "timezone", "dst",
        "every_seconds", "delay_seconds", "once_at", "executor_type", "executor_config", "dependencies", "join",
        "file_triggers", "path",
        "settle_seconds",
        "timeout", "retry_count", "retry_interval", "parameters", "nodes", "edges",
    ]
}
