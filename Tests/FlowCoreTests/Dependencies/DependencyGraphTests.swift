// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Who waits for whom")
struct DependencyGraphTests {
    private func fault(_ parents: [JobID: [JobID]], of job: JobID) -> DependencyGraph.Fault? {
        do {
            try DependencyGraph(parents).check(job)
            return nil
        } catch { return error }
    }

    @Test("A diamond is no cycle")
    func diamond() { #expect(self.fault([2: [1], 3: [1], 4: [2, 3]], of: 4) == nil) }

    @Test("A cycle is named by its path, each job starting the next")
    func cycles() {
        #expect(self.fault([1: [1]], of: 1) == .cycle([1, 1]))
        #expect(self.fault([1: [2], 2: [1]], of: 2) == .cycle([2, 1, 2]))
        // 1 starts 2, 2 starts 3, 3 starts 1.
        #expect(self.fault([2: [1], 3: [2], 1: [3, 9]], of: 1) == .cycle([1, 2, 3, 1]))
    }

    @Test("32 jobs in a row are the most, counted through the job that is saved")
    func depth() {
        func row(_ count: JobID) -> [JobID: [JobID]] {
            Dictionary(uniqueKeysWithValues: (2...count).map { ($0, [$0 - 1]) })
        }
        for job in [2, 16, 32] as [JobID] { #expect(self.fault(row(32), of: job) == nil) }
        for job in [2, 16, 33] as [JobID] { #expect(self.fault(row(33), of: job) == .tooDeep(Array(1...33))) }
    }

    @Test("Many ways between the same jobs are searched once")
    func ladder() {
        // Two jobs on each of 15 levels, each waiting for both before it: 2^15 ways.
        var parents: [JobID: [JobID]] = [:]
        for level in 1..<15 as Range<JobID> {
            for side in 0...1 as ClosedRange<JobID> {
                parents[level * 2 + side] = [level * 2 - 2, level * 2 - 1]
            }
        }
        #expect(self.fault(parents, of: 28) == nil)
        #expect(self.fault(parents, of: 2) == nil)
    }

    @Test("What lies around a job goes both ways, nearest first, and has a bound")
    func around() {
        let graph = DependencyGraph([2: [1], 3: [2], 4: [3], 5: [1]])
        #expect(graph.around(2, depth: 1, limit: 9).jobs == [2, 1, 3])
        #expect(graph.around(2, depth: 2, limit: 9).jobs == [2, 1, 3, 5, 4])
        #expect(graph.around(9, depth: 32, limit: 9).jobs == [9])
        let cut = graph.around(2, depth: 32, limit: 3)
        #expect(cut.jobs == [2, 1, 3] && !cut.isWhole)
    }
}
