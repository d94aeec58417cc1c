// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `flow-bench store-writer` as a child: it writes to a store and says line by line what is durable.
final class StoreWriterProcess {
    private let process = Process()
    private let output = Pipe()
    private var buffer = Data()

    var processIdentifier: Int32 { self.process.processIdentifier }

    init(path: String) throws {
        // Built beside the test bundle.
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        self.process.executableURL = tests.deletingLastPathComponent().appendingPathComponent("flow-bench")
        self.process.arguments = ["store-writer", path]
        self.process.standardOutput = self.output
        try self.process.run()
    }

    /// Waits for whole lines; `.max` = all until the child's end.
    func lines(atLeast count: Int) throws -> [String] {
        while self.buffer.count(where: { $0 == 0x0a }) < count {
            let data = self.output.fileHandleForReading.availableData
            if data.isEmpty { break }
            self.buffer += data
        }
        guard let end = self.buffer.lastIndex(of: 0x0a) else { return [] }
        return String(decoding: self.buffer[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// SIGKILL, as a power button is: nothing of the child runs afterwards.
    func kill() {
        guard self.process.isRunning else { return }
        _ = sendSignal(self.process.processIdentifier, SIGKILL)
        self.process.waitUntilExit()
    }
}

private func sendSignal(_ process: pid_t, _ signal: Int32) -> Int32 { kill(process, signal) }
