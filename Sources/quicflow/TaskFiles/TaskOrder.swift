// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// In which order tasks and workflows are taken that need each other.
enum TaskOrder {
    /// Parents before their children, else as given; what is in a circle comes last.
    static func sorted<Key: Hashable>(_ names: [Key], parents: (Key) -> [Key]) -> [Key] {
        let known = Set(names)
        var children: [Key: [Key]] = [:]
        var missing: [Key: Int] = [:]
        for name in names {
            let above = Set(parents(name)).intersection(known).subtracting([name])
            missing[name] = above.count
            for parent in above { children[parent, default: []].append(name) }
        }
        var result: [Key] = []
        var ready = names.filter { missing[$0] == 0 }
        while !ready.isEmpty {
            result += ready
            let next = Set(
                ready.flatMap { children[$0] ?? [] }.filter { name in
                    missing[name, default: 0] -= 1
                    return missing[name] == 0
                }
            )
            ready = next.isEmpty ? [] : names.filter(next.contains)
        }
        let done = Set(result)
        return result + names.filter { !done.contains($0) }
    }

    /// The files in parts: those of one part need, directly or not, none of another.
    ///
    /// - Parameter isThere: whether the server has it already: the steps of a workflow find such tasks there.
    static func connected(_ files: [TaskFile], isThere: (FileKey) -> Bool = { _ in false }) -> [[TaskFile]] {
        let byName = Dictionary(files.map { ($0.key, $0) }) { first, _ in first }
        var near: [FileKey: Set<FileKey>] = [:]
        for file in files {
            for parent in file.parents where byName[parent] != nil {
                if file.key.kind == .workflow, parent.kind == .task, isThere(parent) { continue }
                near[file.key, default: []].insert(parent)
                near[parent, default: []].insert(file.key)
            }
        }
        var seen: Set<FileKey> = []
        var parts: [[TaskFile]] = []
        for file in files where seen.insert(file.key).inserted {
            var part: [TaskFile] = []
            var open = [file.key]
            while let name = open.popLast() {
                if let file = byName[name] { part.append(file) }
                open += (near[name] ?? []).sorted().filter { seen.insert($0).inserted }
            }
            parts.append(part)
        }
        return parts
    }
}
