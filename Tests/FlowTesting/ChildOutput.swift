// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowProcess
import Foundation
import Glibc

extension ChildProcess {
    /// Runs a program to its end and keeps what it wrote, however much that is.
    ///
    /// It blocks the thread: for short programs in the preparation of tests.
    package static func run(
        _ program: String,
        _ arguments: [String]
    ) throws -> (end: End, output: String, error: String) {
        // Files and not pipes: nobody has to read one while the program waits for room in the other.
        guard let output = tmpfile(), let error = tmpfile() else {
            throw Failure(description: "no temporary file: \(String(cString: strerror(errno)))")
        }
        defer { for file in [output, error] { fclose(file) } }
        let streams = Streams(output: fileno(output), error: fileno(error))
        let end = try ChildProcess(program, arguments, streams: streams).waitUntilEnd()
        return (end, Self.text(streams.output), Self.text(streams.error))
    }

    /// Waits for its end on this thread.
    package func waitUntilEnd() -> End {
        while true {
            if let end = self.ended { return end }
            usleep(1000)
        }
    }

    private static func text(_ descriptor: Int32) -> String {
        lseek(descriptor, 0, SEEK_SET)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        return String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)
    }
}
