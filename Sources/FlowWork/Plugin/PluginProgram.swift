// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowProcess
import Foundation

/// A plugin's running program with a pipe to its standard input and one from its standard output, read by lines.
///
/// Its standard error is that of this process.
final class PluginProgram {
    let child: ChildProcess
    let input: Int32
    /// Never blocks.
    let output: Int32
    private(set) var isInputClosed = false
    private var unread: [UInt8] = []
    /// Where the first line that was not taken begins.
    private var begin = 0

    /// - Throws: ``WorkFailure`` when it can't be started.
    init(path: String, environment: [String: String]? = nil) throws {
        var inward: [Int32] = [-1, -1]
        var outward: [Int32] = [-1, -1]
        guard pipe(&inward) == 0 else { throw WorkFailure(.trouble, "no descriptor is left") }
        guard pipe(&outward) == 0 else {
            for end in inward { close(end) }
            throw WorkFailure(.trouble, "no descriptor is left")
        }
        for end in inward + outward { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer {
            close(inward[0])
            close(outward[1])
        }
        self.input = inward[1]
        self.output = outward[0]
        _ = flow_set_nonblocking(self.output)
        do {
            self.child = try ChildProcess(
                path,
                [],
                environment: environment,
                streams: .init(input: inward[0], output: outward[1], error: 2)
            )
        } catch {
            close(self.input)
            close(self.output)
            throw WorkFailure(.trouble, "\(error)")
        }
    }

    deinit {
        close(self.output)
        self.closeInput()
    }

    func closeInput() {
        guard !self.isInputClosed else { return }
        close(self.input)
        self.isInputClosed = true
    }

    /// Bytes that belong to no line yet, or to lines that were not taken.
    var unreadCount: Int { self.unread.count - self.begin }

    /// Reads what has come.
    ///
    /// - Returns: the number of bytes; 0 when there will be nothing more, nil when nothing has come.
    func fill() -> Int? {
        // Taken lines go all at once: one by one, many short ones would move all that follows them each time.
        if self.begin > 0 {
            self.unread.removeFirst(self.begin)
            self.begin = 0
        }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = Foundation.read(self.output, &buffer, buffer.count)
        guard count >= 0 else { return errno == EAGAIN || errno == EINTR ? nil : 0 }
        self.unread += buffer[..<count]
        return count
    }

    /// The next whole line, without its end.
    func line() -> [UInt8]? {
        guard let end = self.unread[self.begin...].firstIndex(of: 0x0a) else { return nil }
        defer { self.begin = end + 1 }
        return Array(self.unread[self.begin..<end])
    }

    /// What has come of a line that has no end yet.
    var beginning: [UInt8] { Array(self.unread[self.begin...]) }
}
