// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// In which order tasks are taken that wait for each other.
enum TaskOrder {
    /// Parents before their children, else as given; what is in a circle comes last.
    static func sorted(_ names: [String], parents: (String) -> [String]) -> [String] {
        let known = Set(names)
        var children: [String: [String]] = [:]
        var missing: [String: Int] = [:]
        for name in names {
            let above = Set(parents(name)).intersection(known).subtracting([name])
            missing[name] = above.count
            for parent in above { children[parent, default: []].append(name) }
        }
        var result: [String] = []
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

    /// The tasks in parts: those of one part wait, directly or not, for none of another.
    static func connected(_ files: [TaskFile]) -> [[TaskFile]] {
        let byName = Dictionary(files.map { ($0.name, $0) }) { first, _ in first }
        var near: [String: Set<String>] = [:]
        for file in files {
            for parent in file.parents where byName[parent] != nil {
                near[file.name, default: []].insert(parent)
                near[parent, default: []].insert(file.name)
            }
        }
        var seen: Set<String> = []
        var parts: [[TaskFile]] = []
        for file in files where seen.insert(file.name).inserted {
            var part: [TaskFile] = []
            var open = [file.name]
            while let name = open.popLast() {
                if let file = byName[name] { part.append(file) }
                open += (near[name] ?? []).sorted().filter { seen.insert($0).inserted }
            }
            parts.append(part)
        }
        return parts
    }
}
