// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A WebSocket to the server (RFC 6455), by hand: enough to subscribe and to listen.
final class LiveSocket {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// All that came, frames and heads included.
    private(set) var recorded: [UInt8] = []

    /// - Parameter path: of the other live channel, `events?topics=…`, which only has to be listened to.
    init(port: Int, token: String, path: String = "ws") throws {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(self.descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw Late(what: "a connection to port \(port)") }
        // So that a look without news comes back soon.
        var timeout = timeval(tv_sec: 0, tv_usec: 20_000)
        setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let upgrade = ["Connection: Upgrade", "Upgrade: websocket"]
        let request = [
            "GET /api/v1/\(path) HTTP/1.1", "Host: 127.0.0.1:\(port)",
            path == "ws" ? upgrade.joined(separator: "\r\n") : "Accept: */*",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: \(Data((0..<16).map { $0 }).base64EncodedString())",
            "Authorization: Bearer \(token)", "", "",
        ]
        try self.write(Array(request.joined(separator: "\r\n").utf8))
    }

    deinit { close(self.descriptor) }

    private func write(_ bytes: [UInt8]) throws {
        guard send(self.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Late(what: "writing to the live connection")
        }
    }

    /// Waits for the answer to the handshake.
    func open() async throws {
        try await eventually("the upgrade") {
            self.read()
            guard let end = self.headEnd() else { return nil as Bool? }
            let head = String(decoding: self.buffer.prefix(end), as: UTF8.self)
            guard head.hasPrefix("HTTP/1.1 101") else { throw Late(what: head) }
            self.buffer.removeFirst(end)
            return true
        }
    }

    private func headEnd() -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        return self.buffer.indices.first { self.buffer[$0...].starts(with: mark) }.map { $0 + mark.count }
    }

    /// Takes what has come, without looking at it.
    func listen() { self.read() }

    private func read() {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(self.descriptor, &bytes, bytes.count, 0)
        if count > 0 {
            self.buffer += bytes.prefix(count)
            self.recorded += bytes.prefix(count)
        }
    }

    func say(_ value: Value) throws {
        let payload = Array(try JSONEncoder().encode(value))
        let length = UInt16(payload.count)
        // A text frame; a mask of zeros leaves the payload as it is.
        let size: [UInt8] =
            length < 126 ? [0x80 | UInt8(length)] : [0x80 | 126, UInt8(length >> 8), UInt8(length & 0xff)]
        try self.write([0x81] + size + [0, 0, 0, 0] + payload)
    }

    /// The next text message, if there is one.
    func next() throws -> Value? {
        self.read()
        while self.buffer.count >= 2 {
            var length = Int(self.buffer[1] & 0x7f)
            var start = 2
            let extra = length == 126 ? 2 : length == 127 ? 8 : 0
            guard self.buffer.count >= start + extra else { return nil }
            if extra > 0 { length = self.buffer[start..<(start + extra)].reduce(0) { $0 << 8 | Int($1) } }
            start += extra
            guard self.buffer.count >= start + length else { return nil }
            let kind = self.buffer[0] & 0x0f
            let payload = Array(self.buffer[start..<(start + length)])
            self.buffer.removeFirst(start + length)
            if kind == 1 { return try JSONDecoder().decode(Value.self, from: Data(payload)) }
        }
        return nil
    }
}
