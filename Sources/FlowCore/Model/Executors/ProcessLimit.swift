// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a process may use at most (setrlimit(2)); the names stand in a job's `limits`.
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

    package static let range: ClosedRange<Int64> = 0...(1 << 50)
}
