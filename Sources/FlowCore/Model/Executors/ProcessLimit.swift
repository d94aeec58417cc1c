// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a process may use at most (setrlimit(2)), or all of a job's processes together (cgroups(7)); the names stand in a job's
/// `limits`.
package enum ProcessLimit: String, CaseIterable, Sendable {
    /// Seconds of processor time.
    case cpu = "cpu_seconds"
    /// Bytes of address space.
    case memory = "memory_bytes"
    case openFiles = "open_files"
    /// Processes of the user, not only this one's.
    case processes
    /// Bytes of one file that it writes.
    case fileSize = "file_bytes"
    /// Bytes of a core dump.
    case core = "core_bytes"
    /// Bytes of memory of all its processes together, swap included.
    case totalMemory = "total_memory_bytes"
    /// Processes and threads, all together.
    case totalProcesses = "total_processes"
    /// Of all its processes together, per cent of one processor: 150 = one and a half.
    case cpuShare = "cpu_percent"

    /// What of control groups (cgroup v2) a host needs for it; nil for limits of each process, which every host knows.
    package var controller: String? {
        switch self {
        case .totalMemory: "memory"
        case .totalProcesses: "pids"
        case .cpuShare: "cpu"
        case .cpu, .memory, .openFiles, .processes, .fileSize, .core: nil
        }
    }

    /// A program needs a little: less than that is a mistake.
    package var range: ClosedRange<Int64> {
        switch self {
        case .totalMemory: 1 << 20...1 << 50
        case .totalProcesses: 1...4_194_304
        case .cpuShare: 1...100_000
        case .cpu, .memory, .openFiles, .processes, .fileSize, .core: 0...1 << 50
        }
    }
}
