// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// One control group (cgroup v2), as its directory.
///
/// A process is born into its parent's group and cannot leave it without the right to write another's: it may fork, lose its
/// parent, make a session, and clear its environment, and is still in it.
package struct ControlGroup: Hashable, Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Processes that live in it or below it; none where there is no such group.
    ///
    /// One that has ended is not among them, though the kernel may call the group populated for another moment.
    package var members: [Int32] {
        guard self.isPopulated else { return [] }
        var members = (SmallFile.text(self.path + "/cgroup.procs") ?? "").split(separator: "\n").compactMap {
            Int32($0)
        }
        for child in self.children { members += child.members }
        return members
    }

    /// Whether anything lives in it or below it, by the kernel's count.
    package var isPopulated: Bool {
        SmallFile.text(self.path + "/cgroup.events")?.split(separator: "\n").contains("populated 1") ?? false
    }

    /// Sends SIGKILL to everything in it, and to what is forked meanwhile.
    package func kill() {
        guard SmallFile.write("1", to: self.path + "/cgroup.kill") == ENOENT else { return }
        // A kernel before 5.14: nothing forks in a frozen group, and SIGKILL reaches it.
        SmallFile.write("1", to: self.path + "/cgroup.freeze")
        for pid in self.members {
            var process = flow_process()
            guard flow_describe_process(pid, &process) == 0 else { continue }
            _ = flow_signal_process(&process, SIGKILL)
        }
        SmallFile.write("0", to: self.path + "/cgroup.freeze")
    }

    /// How many of its processes the kernel has killed for want of memory.
    package var memoryKills: Int {
        let lines = (SmallFile.text(self.path + "/memory.events") ?? "").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("oom_kill ") }
        return line.flatMap { Int($0.dropFirst("oom_kill ".count)) } ?? 0
    }

    /// Takes it away with the groups that its processes have made in it.
    ///
    /// - Returns: false while something is in it, or has only just ended there.
    package func remove() -> Bool {
        if rmdir(self.path) == 0 || errno == ENOENT { return true }
        for child in self.children { _ = child.remove() }
        return rmdir(self.path) == 0 || errno == ENOENT
    }

    /// Ends all that is in it and takes it away.
    ///
    /// - Parameter rounds: of 5 ms each, at most.
    /// - Returns: how many processes were in it.
    package func end(rounds: Int = 200) -> Int {
        var found: Set<Int32> = []
        for _ in 0..<rounds {
            let members = self.members
            if members.isEmpty, self.remove() { break }
            found.formUnion(members)
            if !members.isEmpty { self.kill() }
            poll(nil, 0, 5)
        }
        return found.count
    }

    private var children: [ControlGroup] {
        let descriptor = open(self.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return RunnerFiles.names(in: descriptor, type: UInt8(DT_DIR)).map { ControlGroup(path: self.path + "/" + $0) }
    }
}
