// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowProcess
import FlowTesting
import Foundation

/// `flow-bench store-writer` as a child: it writes to a store and says line by line what is durable.
final class StoreWriterProcess {
    private let child: ChildProcess
    private let output = Pipe()
    private var buffer = Data()

    var processIdentifier: Int32 { self.child.pid }

    init(path: String) throws {
        // Built beside the test bundle.
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        self.child = try ChildProcess(
            tests.deletingLastPathComponent().appendingPathComponent("flow-bench").path,
            ["store-writer", path],
            streams: .init(output: self.output.fileHandleForWriting.fileDescriptor, error: STDERR_FILENO)
        )
        try self.output.fileHandleForWriting.close()
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
        self.child.signal(SIGKILL)
        _ = self.child.waitUntilEnd()
    }
}
