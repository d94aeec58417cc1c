// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Whether a file system has room.
enum CheckDiskWork {
    static func run(_ check: BuiltinPayload.CheckDisk, outputs: WorkOutputs) throws {
        var facts = statvfs()
        guard statvfs(check.path, &facts) == 0 else {
            throw WorkFailure(.trouble, "cannot look at '\(check.path)': \(String(cString: strerror(errno)))")
        }
        // As df(1) counts: what only root may use is nobody's.
        let available = Double(facts.f_bavail) * Double(facts.f_frsize)
        let used = Double(facts.f_blocks - facts.f_bfree) * Double(facts.f_frsize)
        let percent = available + used > 0 ? available / (available + used) * 100 : 0
        let words = "\(check.path): \(Self.tenths(percent)) % free, \(Int64(available) >> 20) MiB"
        outputs.write([("free_bytes", "\(Int64(available))"), ("free_percent", Self.tenths(percent))])
        guard percent >= Double(check.leastFreePercent) else {
            throw WorkFailure(.failure, "\(words); at least \(check.leastFreePercent) % are wanted")
        }
        WorkLog.say(words)
    }

    private static func tenths(_ number: Double) -> String {
        let tenths = Int(number * 10)
        return "\(tenths / 10).\(tenths % 10)"
    }
}
