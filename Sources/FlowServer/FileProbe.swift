// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Looks at the file system without opening anything.
enum FileProbe {
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

/// Where the built console is found when nobody said.
enum ConsoleLocation {
    /// Beside the program as it is installed, or below the directory it was started in.
    static func find() -> String? {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = URL(fileURLWithPath: program).deletingLastPathComponent()
        let candidates = [
            beside.appendingPathComponent("../share/quartzflow/console").standardized.path,
            FileManager.default.currentDirectoryPath + "/web/dist",
        ]
        return candidates.first { FileProbe.exists($0 + "/index.html") }
    }
}
