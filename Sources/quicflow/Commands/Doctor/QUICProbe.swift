// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Asks whether a QUIC server listens at an address, without a connection: a packet of a version that nobody speaks
/// is answered with those that are spoken (RFC 9000, 6.1).
enum QUICProbe {
    enum Answer: Hashable, Sendable {
        case answered
        /// The other side says that nothing listens there.
        case refused
        /// Nothing came: a firewall, a wrong address, or no server.
        case silent
        case unknownName(String)
    }

    /// Of the form that is kept free for this (RFC 9000, 15).
    private static let version: [UInt8] = [0x1a, 0x2a, 0x3a, 0x4a]
    /// Smaller ones get no answer, so that nobody is flooded in another's name.
    private static let size = 1200

    /// - Parameters:
    ///   - destination: eight bytes.
    ///   - source: eight bytes, which the answer repeats.
    static func question(destination: [UInt8], source: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0xc0] + self.version
        bytes += [UInt8(destination.count)] + destination
        bytes += [UInt8(source.count)] + source
        return bytes + [UInt8](repeating: 0, count: self.size - bytes.count)
    }

    /// Whether bytes are an answer to the question that had this source (RFC 9000, 17.2.1).
    static func isAnswer(_ bytes: some Collection<UInt8>, to source: [UInt8]) -> Bool {
        let bytes = Array(bytes)
        let head = 6 + source.count
        guard bytes.count > head, bytes[0] & 0x80 != 0, bytes[1...4].allSatisfy({ $0 == 0 }),
            Int(bytes[5]) == source.count, Array(bytes[6..<head]) == source
        else { return false }
        let versions = bytes.count - head - 1 - Int(bytes[head])
        return versions >= 4 && versions % 4 == 0
    }

    /// Asks each address of a name, up to three times, for two seconds at most.
    static func ask(host: String, port: Int) -> Answer {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let found else { return .unknownName(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(found) }
        var answer = Answer.silent
        var next: UnsafeMutablePointer<addrinfo>? = found
        for _ in 0..<3 {
            guard let address = next else { break }
            switch self.ask(address.pointee) {
            case .answered: return .answered
            case .refused: answer = .refused
            case .silent, .unknownName: break
            }
            next = address.pointee.ai_next
        }
        return answer
    }

    private static func ask(_ address: addrinfo) -> Answer {
        let descriptor = socket(address.ai_family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .silent }
        defer { close(descriptor) }
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return .silent }
        var answer = Answer.silent
        var buffer = [UInt8](repeating: 0, count: 2048)
        for _ in 0..<3 {
            let source = (0..<8).map { _ in UInt8.random(in: .min ... .max) }
            let question = self.question(
                destination: (0..<8).map { _ in UInt8.random(in: .min ... .max) },
                source: source
            )
            if send(descriptor, question, question.count, 0) < 0 {
                // The refusal of what was sent before.
                if errno == ECONNREFUSED { answer = .refused }
                continue
            }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, 650) > 0 else { continue }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0, self.isAnswer(buffer[..<count], to: source) { return .answered }
            if count < 0, errno == ECONNREFUSED { answer = .refused }
        }
        return answer
    }
}
