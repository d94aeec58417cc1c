// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowSupport
import Foundation

/// Whether somebody listens at a port.
struct CheckTCPWork {
    let check: BuiltinPayload.CheckTCP
    let policy: HostPolicy
    let outputs: WorkOutputs

    /// For each address, milliseconds; the job's own time limit is above.
    private static let patience: Int32 = 5000

    func run() throws {
        let addresses = try Network.addresses(of: self.check.host, port: self.check.port, self.policy.network)
        var failures: [String] = []
        for address in addresses {
            let begin = flow_monotonic_microseconds()
            switch Self.connect(to: address, port: self.check.port) {
            case 0:
                let milliseconds = (flow_monotonic_microseconds() - begin) / 1000
                self.outputs.write([("address", address.text), ("milliseconds", "\(milliseconds)")])
                return WorkLog.say(
                    "\(self.check.host) (\(address.text)) port \(self.check.port): connected in \(milliseconds) ms"
                )
            case let error: failures.append("\(address.text): \(String(cString: strerror(error)))")
            }
        }
        throw WorkFailure(
            .failure,
            "no connection to '\(self.check.host)' port \(self.check.port): \(failures.joined(separator: "; "))"
        )
    }

    /// - Returns: 0, or an errno.
    private static func connect(to address: HostAddress, port: Int) -> Int32 {
        let family = address.bytes.count == 4 ? AF_INET : AF_INET6
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | O_NONBLOCK, 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        let answer: Int32
        if family == AF_INET {
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_port = in_port_t(port).bigEndian
            withUnsafeMutableBytes(of: &place.sin_addr) { $0.copyBytes(from: address.bytes) }
            answer = Self.connect(descriptor, &place)
        } else {
            var place = sockaddr_in6()
            place.sin6_family = sa_family_t(AF_INET6)
            place.sin6_port = in_port_t(port).bigEndian
            withUnsafeMutableBytes(of: &place.sin6_addr) { $0.copyBytes(from: address.bytes) }
            answer = Self.connect(descriptor, &place)
        }
        guard answer != 0 else { return 0 }
        guard errno == EINPROGRESS else { return errno }
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&entry, 1, Self.patience) > 0 else { return ETIMEDOUT }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        return error
    }

    private static func connect<Place>(_ descriptor: Int32, _ place: inout Place) -> Int32 {
        withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<Place>.size))
            }
        }
    }
}
