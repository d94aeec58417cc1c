// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowProcess
import Foundation
import Testing

/// What a crash leaves behind (issue 9, holds 4: crash output).
@Suite("A crash shows nothing of the memory")
struct PrivateMemoryTests {
    @Test("The trace says where it was; registers and what they point to are not in it, and there is no core")
    func crash() async throws {
        let result = await #expect(
            processExitsWith: .signal(SIGSEGV),
            observing: [\.standardErrorContent]
        ) {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            flow_keep_memory_private()
            var now = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &now)
            // A page is the least that a core takes, and one byte tells the kernel to hand it to no program either.
            guard now.rlim_cur <= 1, now.rlim_max == limit.rlim_max else { _exit(3) }
            // The last thing that happens is a copy of it to nowhere: its address is in registers, and it on the stack.
            var canary = Array("can4ry-in-the-memory-of-a-crash".utf8)
            canary.withUnsafeMutableBytes { bytes in
                guard let nowhere = UnsafeMutableRawPointer(bitPattern: 16), let start = bytes.baseAddress else {
                    return
                }
                _ = memcpy(nowhere, start, bytes.count)
            }
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("crashed by signal 11"), "\(text)")
        // Frames are addresses within files.
        #expect(text.contains("(+0x") || text.contains("+0x"), "\(text)")
        for hint in ["can4ry", "Registers", "rax", "63 61 6e 34 72 79"] {
            #expect(!text.contains(hint), "\(hint): \(text)")
        }
    }

    @Test("Who asks for it has all that the system shows, and programs that are started have the limit of before")
    func childrenAndWish() async throws {
        let wished = await #expect(processExitsWith: .exitCode(0)) {
            setenv("QUARTZFLOW_CRASH_DUMPS", "on", 1)
            var before = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &before)
            before.rlim_cur = before.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &before)
            flow_keep_memory_private()
            var now = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &now)
            exit(now.rlim_cur == before.rlim_cur ? 0 : 3)
        }
        #expect(wished != nil)
        await #expect(processExitsWith: .exitCode(0)) {
            var before = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &before)
            before.rlim_cur = before.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &before)
            let expected = before.rlim_cur == rlim_t.max ? "unlimited" : "\(before.rlim_cur / 512)"
            flow_keep_memory_private()
            let child = try ChildProcess("/bin/sh", ["-c", "test \"$(ulimit -Sc)\" = \(expected)"])
            exit(await child.end() == .exited(0) ? 0 : 3)
        }
    }
}
