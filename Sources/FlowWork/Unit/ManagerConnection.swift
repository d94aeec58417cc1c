// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowProcess
import Foundation

/// A conversation with a service manager at its private socket: D-Bus without a bus between.
struct ManagerConnection: ~Copyable {
    private let descriptor: Int32
    /// Monotonic microseconds.
    private let deadline: Int64
    private var input: [UInt8] = []
    private static let patience: Int64 = 25_000_000  // microseconds; what callers of D-Bus usually have

    private init(descriptor: Int32, deadline: Int64) {
        self.descriptor = descriptor
        self.deadline = deadline
    }

    /// - Throws: when it does not answer, or does not let us in.
    static func open(_ manager: ServiceManager) throws(WorkFailure) -> ManagerConnection {
        guard let descriptor = manager.connect() else {
            let reason = String(cString: strerror(errno))
            throw WorkFailure(.unstarted, "no systemd answers at \(manager.socket): \(reason)")
        }
        var connection = ManagerConnection(
            descriptor: descriptor,
            deadline: flow_monotonic_microseconds() + self.patience
        )
        _ = flow_set_nonblocking(descriptor)
        // Whose process this is the kernel tells it; the number is said in hexadecimal digits of its text.
        let user = String(geteuid()).utf8.map { String($0, radix: 16) }.joined()
        try connection.send(Array("\0AUTH EXTERNAL \(user)\r\n".utf8))
        guard try connection.line().hasPrefix("OK ") else {
            throw WorkFailure(.unstarted, "the systemd at \(manager.socket) does not let this user make units")
        }
        try connection.send(Array("BEGIN\r\n".utf8))
        return connection
    }

    deinit { close(self.descriptor) }

    mutating func send(_ bytes: [UInt8]) throws(WorkFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Without a signal when it has gone.
            let count = rest.withUnsafeBytes {
                Foundation.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try self.wait(for: Int16(POLLOUT))
            } else if errno != EINTR {
                throw WorkFailure(.unstarted, "systemd hung up: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Waits for the next message.
    mutating func next() throws(WorkFailure) -> DBusMessage.Incoming {
        while true {
            if let length = try DBusMessage.length(of: self.input[...]), self.input.count >= length {
                defer { self.input.removeFirst(length) }
                return DBusMessage.read(self.input[..<length])
            }
            try self.receive()
        }
    }

    private mutating func line() throws(WorkFailure) -> String {
        while true {
            if let end = self.input.firstIndex(of: 0x0a) {
                defer { self.input.removeFirst(end + 1) }
                return String(decoding: self.input[..<end], as: UTF8.self)
            }
            guard self.input.count < 4096 else { throw WorkFailure(.unstarted, "systemd does not speak D-Bus") }
            try self.receive()
        }
    }

    private mutating func receive() throws(WorkFailure) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(self.descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                self.input += buffer[..<count]
                return
            }
            if count < 0, errno == EAGAIN {
                try self.wait(for: Int16(POLLIN))
            } else if count == 0 || errno != EINTR {
                throw WorkFailure(.unstarted, "systemd hung up")
            }
        }
    }

    private func wait(for events: Int16) throws(WorkFailure) {
        let rest = self.deadline - flow_monotonic_microseconds()
        guard rest > 0 else { throw WorkFailure(.unstarted, "systemd does not answer in time") }
        var entry = pollfd(fd: self.descriptor, events: events, revents: 0)
        _ = poll(&entry, 1, Int32(clamping: rest / 1000 + 1))
    }
}
