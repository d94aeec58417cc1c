// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowRunner
import Foundation
import Glibc

/// A runner's directory, `DATA/runners/<name>`, seen from the agent; ``RunnerFiles`` says what is in it.
struct RunnerDirectory: Hashable, Sendable {
    let path: String
    let name: String

    enum Lock {
        /// Nobody lives there; the descriptor holds the lock until it is closed.
        case taken(Int32)
        case held
    }

    /// Those there are, the oldest first.
    static func all(in dataDirectory: String) -> [RunnerDirectory] {
        let root = self.root(dataDirectory)
        return ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted()
            .map { RunnerDirectory(path: "\(root)/\($0)", name: $0) }
    }

    /// A new one; its name begins with the time.
    static func make(in dataDirectory: String) throws -> RunnerDirectory {
        let root = self.root(dataDirectory)
        mkdir(root, 0o700)
        let time = String(UInt64(flow_wall_microseconds()), radix: 16)
        let name = String(repeating: "0", count: max(0, 14 - time.count)) + time + "-\(getpid())"
        let directory = RunnerDirectory(path: "\(root)/\(name)", name: name)
        guard mkdir(directory.path, 0o700) == 0 else {
            throw CoreError(.unavailable, "cannot make \(directory.path): \(String(cString: strerror(errno)))")
        }
        return directory
    }

    private static func root(_ dataDirectory: String) -> String { dataDirectory + "/runners" }

    /// - Returns: a descriptor of the directory; -1 with errno when it can't be opened.
    func open() -> Int32 { Glibc.open(self.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }

    /// The lock is held by a runner for as long as it lives.
    func tryLock() -> Lock {
        let descriptor = Glibc.open(self.path + "/" + RunnerFiles.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        // Without a directory there is nobody, and nothing to lock.
        guard descriptor >= 0 else { return .taken(-1) }
        guard flow_try_lock(descriptor) == 0 else {
            close(descriptor)
            return .held
        }
        return .taken(descriptor)
    }

    /// Whether a runner lives there.
    var isHeld: Bool {
        switch self.tryLock() {
        case .held: return true
        case .taken(let descriptor):
            if descriptor >= 0 { close(descriptor) }
            return false
        }
    }

    /// Waits until nobody lives there.
    ///
    /// - Returns: the lock; nil when the time is over.
    func waitForLock(milliseconds: Int) -> Int32? {
        let end = flow_monotonic_microseconds() + Int64(milliseconds) * 1000
        while true {
            if case .taken(let descriptor) = self.tryLock() { return descriptor }
            guard flow_monotonic_microseconds() < end else { return nil }
            poll(nil, 0, 5)
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: self.path) }
}
