// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowProcess
import Foundation
import Synchronization
import Testing

@testable import FlowQUIC

/// Runs the interop scripts with a Python that has aioquic.
struct Python {
    /// A script that runs; it ends when its input is closed or it is done.
    struct Script: Sendable {
        let lines: AsyncQueue<String>
        let errors: AsyncQueue<String>
        private let input: FileHandle
        /// Kept open until all is read.
        private let outputs: [FileHandle]

        fileprivate init(
            lines: AsyncQueue<String>,
            errors: AsyncQueue<String>,
            input: FileHandle,
            outputs: [FileHandle]
        ) {
            self.lines = lines
            self.errors = errors
            self.input = input
            self.outputs = outputs
        }

        /// The next line it prints; nil when it is done.
        func line() async -> String? {
            guard case .element(let line) = await self.lines.next() else { return nil }
            return line
        }

        /// Tells it to end.
        func stop() {
            try? self.input.close()
        }

        /// Everything it still prints, until it is done.
        func rest() async -> [String] {
            var lines: [String] = []
            while let line = await self.line() { lines.append(line) }
            return lines
        }
    }

    private let executable: URL
    private let scripts: URL
    private let directory: URL

    init(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
        self.scripts = tests.appendingPathComponent("Interop")
        let chosen = ProcessInfo.processInfo.environment["QF_TEST_PYTHON"]
        self.executable =
            chosen.map { URL(fileURLWithPath: $0) } ?? root.appendingPathComponent(".venv/bin/python3")
        try #require(
            FileManager.default.isExecutableFile(atPath: self.executable.path),
            "no Python with aioquic at \(self.executable.path): `make test` sets it up",
            sourceLocation: sourceLocation
        )
        self.directory = FileManager.default.temporaryDirectory.appendingPathComponent("flow-quic-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
    }

    /// Writes a file a script reads, and gives its path.
    func file(_ name: String, _ text: String) throws -> String {
        let url = self.directory.appendingPathComponent(name)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url.path
    }

    func removeFiles() {
        try? FileManager.default.removeItem(at: self.directory)
    }

    /// Starts a script.
    func run(_ script: String, _ arguments: [String]) throws -> Script {
        let input = Pipe()
        let output = Pipe()
        let errors = Pipe()
        let outputLines = Self.lines(of: output)
        let errorLines = Self.lines(of: errors)
        let theirs = [input.fileHandleForReading, output.fileHandleForWriting, errors.fileHandleForWriting]
        _ = try ChildProcess(
            self.executable.path,
            [self.scripts.appendingPathComponent(script).path] + arguments,
            streams: .init(
                input: theirs[0].fileDescriptor,
                output: theirs[1].fileDescriptor,
                error: theirs[2].fileDescriptor
            )
        )
        for end in theirs { try end.close() }
        return Script(
            lines: outputLines,
            errors: errorLines,
            input: input.fileHandleForWriting,
            outputs: [output.fileHandleForReading, errors.fileHandleForReading]
        )
    }

    private static func lines(of pipe: Pipe) -> AsyncQueue<String> {
        let queue = AsyncQueue<String>()
        let partial = Mutex("")
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                queue.finish()
                return
            }
            let lines = partial.withLock { partial in
                partial += String(decoding: data, as: UTF8.self)
                var lines = partial.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                partial = lines.removeLast()
                return lines
            }
            for line in lines { queue.push(line) }
        }
        return queue
    }
}
