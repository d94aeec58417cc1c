// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowProcess
import Foundation
import Testing

@Suite("A crash leaves nothing of the memory, unless somebody looks for a fault (docs/operations.md, Crashes)")
struct CrashPrivacyTests {
    private static let secret = "cr4sh-and-tell-n0thing"

    /// `quicflow` with a password in its memory, while it waits for more of its input.
    private static func waiting(_ more: [String: String], error: Int32) async throws -> (ChildProcess, Pipe) {
        // Built beside the test bundle.
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let program = tests.deletingLastPathComponent().appendingPathComponent("quicflow").path
        let input = Pipe()
        let child = try ChildProcess(
            program,
            ["login", "--password-stdin", "--server", "http://127.0.0.1:9"],
            environment: ["HOME": "/nonexistent", "LANG": "C.UTF-8"].merging(more) { $1 },
            streams: .init(input: input.fileHandleForReading.fileDescriptor, error: error)
        )
        try input.fileHandleForWriting.write(contentsOf: Data((Self.secret + "\n").utf8))
        // Whoever has read it has begun.
        let deadline = ContinuousClock.now + .seconds(60)
        var left: Int32 = 1
        while left > 0, child.ended == nil, ContinuousClock.now < deadline {
            _ = ioctl(input.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &left)
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(left == 0 && child.ended == nil)
        return (child, input)
    }

    /// The soft limit of a core file, as the kernel says it.
    private static func coreLimit(of process: String) throws -> String {
        let limits = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        return String(line.split(separator: " ")[4])
    }

    @Test("As it is: a line about where it was; with QUARTZFLOW_CRASH_DUMPS=on: whatever the system does")
    func crash() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("crash-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let own = try Self.coreLimit(of: "self")
        for (more, isPrivate) in [
            ([:], true), (["QUARTZFLOW_CRASH_DUMPS": "off"], true),
            // Swift's own words of a crash are another program's, which takes its time.
            (["QUARTZFLOW_CRASH_DUMPS": "on", "SWIFT_BACKTRACE": "enable=no"], false),
        ] as [([String: String], Bool)] {
            let error = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            defer { close(error) }
            let (child, input) = try await Self.waiting(more, error: error)
            let limit = try Self.coreLimit(of: "\(child.pid)")
            #expect(isPrivate ? ["0", "1"].contains(limit) : limit == own, "\(more): \(limit), here \(own)")
            child.signal(SIGSEGV)
            #expect(await child.end() == .signalled(SIGSEGV))
            try input.fileHandleForWriting.close()
            let said = try String(contentsOfFile: path, encoding: .utf8)
            #expect(said.contains("crashed by signal 11") == isPrivate, "\(more): \(said)")
            #expect(!said.contains(Self.secret) && !said.contains("Registers:"), "\(said)")
        }
    }
}
