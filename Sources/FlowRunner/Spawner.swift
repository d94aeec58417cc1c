// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// The pipes of a child's standard output and error.
struct SpawnPipes {
    struct Pipe {
        var reading: Int32 = -1
        var writing: Int32 = -1
    }

    private(set) var output = Pipe()
    private(set) var error = Pipe()
    /// An errno, 0 when both pipes are there.
    private(set) var failure: Int32

    init() {
        self.failure = flow_pipe(&self.output.reading, &self.output.writing)
        if self.failure == 0 { self.failure = flow_pipe(&self.error.reading, &self.error.writing) }
    }

    func closeWritingEnds() { for end in [self.output.writing, self.error.writing] where end >= 0 { close(end) } }
    func closeReadingEnds() { for end in [self.output.reading, self.error.reading] where end >= 0 { close(end) } }
}

/// Starts programs given as Swift strings.
package enum Spawner {
    /// Starts what the agent wants.
    ///
    /// - Parameters:
    ///   - group: a descriptor of the control group that it is born in; -1 = ours.
    ///   - pid: becomes the child's.
    /// - Returns: 0 or an errno, and how far it came.
    static func spawn(
        _ request: SpawnRequest,
        pipes: SpawnPipes,
        group: Int32,
        pid: inout pid_t
    ) -> (error: Int32, step: SpawnStep) {
        self.withVector(request.arguments) { arguments in
            self.withVector(request.environment) { environment in
                request.program.withCString { path in
                    request.directory.withCString { directory in
                        var spawn = flow_spawn_request(
                            path: path,
                            arguments: arguments,
                            environment: environment,
                            directory: directory,
                            input: -1,
                            output: pipes.output.writing,
                            error: pipes.error.writing,
                            extra: -1,
                            extra2: -1,
                            mask: request.mask.map { Int32(truncatingIfNeeded: $0 & 0o777) } ?? -1,
                            sets_niceness: request.niceness == nil ? 0 : 1,
                            niceness: request.niceness ?? 0,
                            group: group
                        )
                        var step: Int32 = 0
                        let error = flow_spawn(&spawn, &pid, &step)
                        return (error, UInt8(exactly: step).flatMap(SpawnStep.init) ?? .prepare)
                    }
                }
            }
        }
    }

    /// A NULL-terminated vector of C strings for as long as `body` runs.
    package static func withVector<Result>(
        _ texts: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}
