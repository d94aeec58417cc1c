// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What would have to be done on a server so that it has what the files say.
///
/// Pure: what the files say, already with the server's defaults, and what the server has go in.
struct TaskPlan {
    enum Action: String {
        case create, update, delete
    }

    /// A field that differs; nil = it is not there.
    struct Difference: Hashable {
        let path: String
        let old: JSONValue?
        let new: JSONValue?
    }

    struct Step {
        let action: Action
        let key: FileKey
        let differences: [Difference]
        /// What is sent, as the file has it, with the mark of the source.
        let fields: JSONValue
        /// Since when the server has what it has; empty for new tasks.
        let since: String
        /// What has to be there before it, of the files.
        let parents: [FileKey]

        var name: String { self.key.name }
    }

    struct Options {
        /// The mark of these files; nil = tasks get none.
        var source: String?
        /// Whether tasks with the mark that are in no file are deleted.
        var prune = false
        /// Whether tasks without the mark, or with another's, get it.
        var adopt = false
    }

    private(set) var steps: [Step] = []
    private(set) var unchanged = 0
    /// With the mark, in no file, and left alone.
    private(set) var extra: [FileKey] = []
    /// Tasks of the files that belong to others, with whom.
    private(set) var foreign: [(file: TaskFile, source: String)] = []

    /// - Parameters:
    ///   - wanted: parents before their children is made sure of here.
    ///   - present: what the server has, by name.
    init(wanted: [TaskServer.Checked], present: [FileKey: TaskServer.Present], options: Options) {
        let byName = Dictionary(wanted.map { ($0.file.key, $0) }) { first, _ in first }
        for key in TaskOrder.sorted(wanted.map(\.file.key), parents: { byName[$0]?.file.parents ?? [] }) {
            if let task = byName[key] { self.add(task, over: present[key], options) }
        }
        guard let source = options.source else { return }
        let extra = present.filter { $0.value.source == source && byName[$0.key] == nil }.keys.sorted()
        guard options.prune else {
            self.extra = extra
            return
        }
        // Children first: a task that others wait for or run is not deleted.
        let order = TaskOrder.sorted(extra) { key in key.parents(in: present[key]?.fields ?? .null) }
        for key in order.reversed() {
            self.steps.append(
                Step(
                    action: .delete,
                    key: key,
                    differences: [],
                    fields: .null,
                    since: present[key]?.updatedAt ?? "",
                    parents: []
                )
            )
        }
    }

    private mutating func add(_ task: TaskServer.Checked, over old: TaskServer.Present?, _ options: Options) {
        if let other = old?.source, let source = options.source, other != source, !options.adopt {
            self.foreign.append((task.file, other))
            return
        }
        var source = options.source ?? old?.source
        var differences = Self.differences(from: old?.fields ?? .object([:]), to: task.definition)
        // A task that is right already does not get a new version for the mark's sake.
        if let old, old.source == nil, differences.isEmpty, !options.adopt { source = nil }
        if let old, old.source != source {
            let path = "labels.\(TaskSource.label)"
            differences.append(
                Difference(path: path, old: old.source.map { .string($0) }, new: source.map { .string($0) })
            )
        }
        guard old == nil || !differences.isEmpty else {
            self.unchanged += 1
            return
        }
        var fields = TaskSource.marked(task.file.fields, source)
        // Files say what a task is, not how long it rests: sent as on, it would go on at once.
        if old?.isHeld == true { fields["enabled"] = .bool(false) }
        self.steps.append(
            Step(
                action: old == nil ? .create : .update,
                key: task.file.key,
                differences: old == nil ? [] : differences,
                fields: fields,
                since: old?.updatedAt ?? "",
                parents: task.file.parents
            )
        )
    }

    func count(_ action: Action) -> Int { self.steps.count { $0.action == action } }

    static func differences(from old: JSONValue, to new: JSONValue, path: String = "") -> [Difference] {
        if old == new { return [] }
        guard case .object(let before) = old, case .object(let after) = new else {
            return [Difference(path: path, old: old, new: new)]
        }
        return Set(before.keys).union(after.keys).sorted().flatMap { name -> [Difference] in
            let inner = path.isEmpty ? name : "\(path).\(name)"
            guard let left = before[name], let right = after[name] else {
                return [Difference(path: inner, old: before[name], new: after[name])]
            }
            return self.differences(from: left, to: right, path: inner)
        }
    }
}
