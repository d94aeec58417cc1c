// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Who waits for whom, of all jobs (D11).
package struct DependencyGraph: Sendable {
    /// Parents by child.
    private let parents: [JobID: [JobID]]

    package init(_ parents: [JobID: [JobID]]) { self.parents = parents.mapValues { $0.sorted() } }

    /// What is wrong with what a job waits for.
    package enum Fault: Error, Hashable, Sendable {
        /// The path, from the job back to it; each starts the next.
        case cycle([JobID])
        /// The longest path through the job; each starts the next.
        case tooDeep([JobID])
    }

    /// Looks for faults that an edge of this job makes; the rest of the graph has none.
    package func check(_ job: JobID) throws(Fault) {
        if let path = self.cycle(through: job) { throw .cycle(path) }
        let above = self.longest(from: job, along: self.parents)
        var children: [JobID: [JobID]] = [:]
        for (child, parents) in self.parents { for parent in parents { children[parent, default: []].append(child) } }
        let below = self.longest(from: job, along: children.mapValues { $0.sorted() })
        let path = above.reversed() + below.dropFirst()
        guard path.count <= JobDependencies.depthLimit else { throw .tooDeep(Array(path)) }
    }

    /// The jobs around one, itself included, nearest first.
    ///
    /// - Parameters:
    ///   - depth: how many steps away, whatever their direction.
    ///   - limit: how many at most.
    /// - Returns: them, and whether these are all within the depth.
    package func around(_ job: JobID, depth: Int, limit: Int) -> (jobs: [JobID], isWhole: Bool) {
        var children: [JobID: [JobID]] = [:]
        for (child, parents) in self.parents { for parent in parents { children[parent, default: []].append(child) } }
        var seen: Set<JobID> = [job]
        var found = [job]
        var next = [job]
        for _ in 0..<max(0, depth) {
            var further: [JobID] = []
            for near in next {
                for other in ((self.parents[near] ?? []) + (children[near] ?? [])).sorted()
                where seen.insert(other).inserted {
                    guard found.count < limit else { return (found, false) }
                    found.append(other)
                    further.append(other)
                }
            }
            next = further
        }
        return (found, true)
    }

    /// A shortest way from a job over parents back to itself.
    private func cycle(through job: JobID) -> [JobID]? {
        var came: [JobID: JobID] = [:]
        var seen: Set<JobID> = []
        var next = [job]
        while !next.isEmpty {
            var further: [JobID] = []
            for child in next {
                for parent in self.parents[child] ?? [] {
                    if parent == job {
                        var path = [job, child]
                        while let before = came[path[path.count - 1]] { path.append(before) }
                        if path[path.count - 1] != job { path.append(job) }
                        return path
                    }
                    guard seen.insert(parent).inserted else { continue }
                    came[parent] = child
                    further.append(parent)
                }
            }
            next = further
        }
        return nil
    }

    /// The longest path that begins with a job, in a graph without cycles; without recursion, because it may be long.
    private func longest(from job: JobID, along edges: [JobID: [JobID]]) -> [JobID] {
        var length: [JobID: Int] = [:]
        var best: [JobID: JobID] = [:]
        var stack = [job]
        // What is on the way: a cycle elsewhere must not make this endless.
        var open: Set<JobID> = [job]
        while let top = stack.last {
            let next = edges[top] ?? []
            if let further = next.first(where: { length[$0] == nil && !open.contains($0) }) {
                stack.append(further)
                open.insert(further)
                continue
            }
            stack.removeLast()
            open.remove(top)
            let longest = next.max { (length[$0] ?? 0, $1) < (length[$1] ?? 0, $0) }
            length[top] = 1 + (longest.flatMap { length[$0] } ?? 0)
            best[top] = longest
        }
        var path = [job]
        while path.count <= length.count, let further = best[path[path.count - 1]] { path.append(further) }
        return path
    }
}
