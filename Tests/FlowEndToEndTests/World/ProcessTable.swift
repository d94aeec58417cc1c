// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What /proc says about processes.
enum ProcessTable {
    /// Processes with this text in their arguments, their environment or their working directory; the dead are no more.
    static func ids(mentioning text: String) -> [Int32] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let wanted = Data(text.utf8)
        let own = ProcessInfo.processInfo.processIdentifier
        return entries.compactMap { Int32($0) }.filter { pid in
            guard pid != own, self.isAlive(pid) else { return false }
            let directory = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) ?? ""
            return directory.contains(text)
                || ["cmdline", "environ"].contains { file in
                    FileManager.default.contents(atPath: "/proc/\(pid)/\(file)")?.range(of: wanted) != nil
                }
        }
    }

    /// Processes of an execution.
    static func ids(ofExecution id: String) -> [Int32] { self.ids(mentioning: "QF_EXECUTION_ID=\(id)") }

    /// Whether a process is there and not only waits to be reaped.
    static func isAlive(_ pid: Int32) -> Bool {
        guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return false }
        let text = String(decoding: stat, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return false }
        let state = text[text.index(after: end)...].first { $0 != " " }
        return state != "Z" && state != "X"
    }
}
