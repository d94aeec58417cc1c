// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc
import Testing

@Suite("When a process was born")
struct BirthTests {
    private func start(_ words: [String]) throws -> pid_t {
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var none: [UnsafeMutablePointer<CChar>?] = [nil]
        var pid: pid_t = 0
        var step: Int32 = 0
        let failure = arguments.withUnsafeMutableBufferPointer { arguments in
            none.withUnsafeMutableBufferPointer { none in
                var request = flow_spawn_request()
                request.path = UnsafePointer(arguments[0])
                request.arguments = UnsafePointer(arguments.baseAddress)
                request.environment = UnsafePointer(none.baseAddress)
                (request.input, request.output, request.error) = (-1, -1, -1)
                (request.extra, request.extra2) = (-1, -1)
                request.mask = -1
                request.group = -1
                return flow_spawn(&request, &pid, &step)
            }
        }
        try #require(failure == 0)
        return pid
    }

    @Test("What the kernel calls the time of its birth lies between the clock's readings before and after it")
    func between() throws {
        for _ in 0..<20 {
            let before = flow_boot_ticks()
            let pid = try self.start(["/bin/true"])
            let after = flow_boot_ticks()
            var process = flow_process()
            #expect(flow_describe_process(pid, &process) == 0)
            #expect(before <= process.start_time && process.start_time <= after)
            var status: Int32 = -1
            var isSignal: Int32 = -1
            #expect(flow_take_child(pid, &status, &isSignal) == 0)
            #expect(status == 0 && isSignal == 0)
        }
    }
}
