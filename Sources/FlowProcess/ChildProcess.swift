// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Foundation
import Synchronization

/// A program that this process started, from its start to its end.
///
/// It runs in a session of its own and has no descriptor but those it is given. Foundation's `Process` is not used: before
/// each start it lists this process' descriptors, and with more than about 1,350 of them open it reads past the list's end.
/// A server has one for each open page and caller.
package final class ChildProcess: Sendable {
    /// How a program ended.
    package enum End: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// What becomes descriptors 0, 1 and 2 of the program; -1 = /dev/null.
    ///
    /// They stay the caller's, who closes them.
    package struct Streams: Sendable {
        package var input: Int32 = -1
        package var output: Int32 = -1
        package var error: Int32 = -1

        package init(input: Int32 = -1, output: Int32 = -1, error: Int32 = -1) {
            self.input = input
            self.output = output
            self.error = error
        }
    }

    /// A program that could not be started.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    private struct State {
        var end: End?
        var waiters: [CheckedContinuation<End, Never>] = []
    }

    package let pid: Int32
    private let state = Mutex(State())

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: those after its name.
    ///   - environment: all it finds in its environment; nil = that of this process.
    ///   - directory: where it starts; nil = where this process is.
    ///   - streams: its input and output.
    /// - Throws: ``Failure`` when the directory or the program is missing or may not be used.
    package init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        directory: String? = nil,
        streams: Streams = Streams()
    ) throws {
        let words = (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" }.sorted()
        let spawned = Self.spawn(program, [program] + arguments, words, directory, streams)
        guard spawned.error == 0 else {
            let reason = String(cString: strerror(spawned.error))
            let place = spawned.step == Int32(FLOW_STEP_DIRECTORY.rawValue) ? directory ?? "." : program
            throw Failure(description: "cannot start \(program): \(place): \(reason)")
        }
        self.pid = spawned.pid
        let thread = Thread { self.waitForEnd() }
        thread.name = "child \(self.pid)"
        thread.stackSize = 64 << 10
        thread.start()
    }

    /// How it ended; nil while it runs.
    package var ended: End? { self.state.withLock { $0.end } }

    /// Waits for its end.
    ///
    /// Cancelling the task does not end the wait: a child is always buried.
    package func end() async -> End {
        await withCheckedContinuation { continuation in
            let end = self.state.withLock { state in
                if state.end == nil { state.waiters.append(continuation) }
                return state.end
            }
            if let end { continuation.resume(returning: end) }
        }
    }

    /// Sends a signal, unless it has ended: never to a later process with its pid.
    package func signal(_ number: Int32) {
        self.state.withLock { state in
            if state.end == nil { kill(self.pid, number) }
        }
    }

    private func waitForEnd() {
        _ = flow_await_child(self.pid)
        let (end, waiters) = self.state.withLock { state in
            // Taken under the lock: until then the pid is its own, so that a signal reaches nobody else.
            var status: Int32 = 0
            var isSignalled: Int32 = 0
            let failure = flow_take_child(self.pid, &status, &isSignalled)
            let end: End = failure != 0 ? .exited(-1) : isSignalled == 1 ? .signalled(status) : .exited(status)
            state.end = end
            defer { state.waiters = [] }
            return (end, state.waiters)
        }
        for waiter in waiters { waiter.resume(returning: end) }
    }

    private static func spawn(
        _ program: String,
        _ arguments: [String],
        _ environment: [String],
        _ directory: String?,
        _ streams: Streams
    ) -> (error: Int32, step: Int32, pid: pid_t) {
        let arguments = CStrings(arguments)
        let environment = CStrings(environment)
        let paths = CStrings([program] + (directory.map { [$0] } ?? []))
        var request = flow_spawn_request(
            path: paths.vector[0],
            arguments: arguments.vector,
            environment: environment.vector,
            directory: directory == nil ? nil : UnsafePointer(paths.vector[1]),
            input: streams.input,
            output: streams.output,
            error: streams.error,
            extra: -1,
            extra2: -1,
            mask: -1,
            sets_niceness: 0,
            niceness: 0,
            group: -1
        )
        var pid: pid_t = 0
        var step: Int32 = 0
        let error = withExtendedLifetime((arguments, environment, paths)) { flow_spawn(&request, &pid, &step) }
        return (error, step, pid)
    }
}

/// A NULL-terminated vector of C strings.
private final class CStrings {
    let vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        self.count = texts.count
        self.vector = .allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { self.vector[index] = strdup(text) }
        self.vector[texts.count] = nil
    }

    deinit {
        for index in 0..<self.count { free(self.vector[index]) }
        self.vector.deallocate()
    }
}
