// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import FlowRunner

@Suite("Whose a process is")
struct RunnerTreesTests {
    /// A chain in which each process starts the next one and ends: the last one that was listed may be dead, and its heir unlisted.
    @Test("While an orphan that ended unseen is not reaped, no tree counts as gone (S1-FR-4.5)")
    func endedUnseen() throws {
        var pid = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/true"), nil]
        defer { free(arguments[0]) }
        try #require(posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil) == 0)
        // Waits for its end, and leaves it to be reaped.
        var information = siginfo_t()
        try #require(waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == 0)
        var trees = RunnerTrees()
        #expect(trees.refresh(running: [1], children: [pid]).isEmpty)
        #expect(trees.isUnclear && !trees.hasStrays)
        try #require(waitpid(pid, nil, 0) == pid)
        #expect(trees.reaped(pid) == nil)
        #expect(trees.refresh(running: [1], children: []).isEmpty)
        #expect(!trees.isUnclear)
    }
}
