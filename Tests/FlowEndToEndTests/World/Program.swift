// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowProcess
import Foundation
import Synchronization
import Testing

/// One of the built products, running.
final class Program: Sendable {
    /// Its output and errors, in one file.
    let logPath: String
    private let child: ChildProcess

    /// A PostgreSQL that programs use instead of SQLite, by their home directory.
    static let databases = Mutex<[String: String]>([:])

    /// Where the products lie: beside the tests.
    static let directory: String = {
        // The bundle of the tests is the program that runs them, or lies beside it.
        let arguments = ProcessInfo.processInfo.arguments
        let bundles = arguments.filter { $0.hasSuffix(".xctest") }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        for candidate in bundles + [own] {
            let directory = URL(fileURLWithPath: candidate).deletingLastPathComponent().path
            if FileManager.default.isExecutableFile(atPath: directory + "/quicflow-server") { return directory }
        }
        return URL(fileURLWithPath: own).deletingLastPathComponent().path
    }()

    /// Starts a product.
    ///
    /// - Parameters:
    ///   - name: the product.
    ///   - arguments: its arguments.
    ///   - home: its home directory; everything it starts is found by it.
    ///   - log: where its output goes.
    ///   - environment: what it finds in its environment beside that.
    ///   - wrapper: a program and its arguments that become the product in the end.
    init(
        _ name: String,
        _ arguments: [String],
        home: String,
        log: String,
        environment: [String: String] = [:],
        wrapper: [String] = []
    ) throws {
        let words = wrapper + [Self.directory + "/" + name] + arguments
        let output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(output) }
        self.logPath = log
        var known = ["HOME": home, "TMPDIR": home, "QF_TEST_WORLD": home, "PATH": "/usr/bin:/bin"]
        known["QUARTZFLOW_DATABASE_URL"] = Self.databases.withLock { $0[home] }
        self.child = try ChildProcess(
            words[0],
            Array(words.dropFirst()),
            environment: known.merging(environment) { $1 },
            directory: home,
            streams: .init(output: output, error: output)
        )
    }

    var pid: Int32 { self.child.pid }

    /// How it ended: its exit code, -1 for a signal; nil while it runs.
    var exitCode: Int32? {
        switch self.child.ended {
        case nil: nil
        case .exited(let code): code
        case .signalled: -1
        }
    }

    var output: String {
        String(decoding: FileManager.default.contents(atPath: self.logPath) ?? Data(), as: UTF8.self)
    }

    func signal(_ number: Int32) { self.child.signal(number) }

    /// Waits for its end.
    func end(within limit: Duration = .seconds(15)) async throws -> Int32 {
        try await eventually("the end of process \(self.pid): \(self.output.suffix(300))", within: limit) {
            self.exitCode
        }
    }

    /// Runs a product to its end.
    static func run(
        _ name: String,
        _ arguments: [String],
        home: String,
        environment: [String: String] = [:]
    ) async throws -> (code: Int32, output: String) {
        let log = home + "/run-\(UUID().uuidString).log"
        let program = try Program(name, arguments, home: home, log: log, environment: environment)
        let code = try await program.end(within: .seconds(30))
        return (code, program.output)
    }
}
