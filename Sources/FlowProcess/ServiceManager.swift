// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The systemd that this process may have make units: the host's own for root, that of its user for everybody else.
///
/// It is spoken to at its private socket, as `systemctl` does: no bus has to run, and who may is the socket's owner.
package struct ServiceManager: Hashable, Sendable {
    /// Where it listens.
    package let socket: String
    /// Whether it is the host's own.
    package let isSystem: Bool

    package init(socket: String, isSystem: Bool) {
        self.socket = socket
        self.isSystem = isSystem
    }

    /// - Parameters:
    ///   - user: who asks.
    ///   - runtimeDirectory: what `XDG_RUNTIME_DIR` says; a service of the system has none, and then it is the usual one.
    /// - Returns: where it would listen.
    package static func usual(
        user: UInt32 = geteuid(),
        runtimeDirectory: String? = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) }
    ) -> ServiceManager {
        guard user != 0 else { return ServiceManager(socket: "/run/systemd/private", isSystem: true) }
        let directory = runtimeDirectory.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/run/user/\(user)"
        return ServiceManager(socket: directory + "/systemd/private", isSystem: false)
    }

    /// - Returns: nil when nobody listens there.
    package static func find() -> ServiceManager? {
        let usual = self.usual()
        return usual.isReachable ? usual : nil
    }

    /// Whether somebody listens.
    package var isReachable: Bool {
        guard let descriptor = self.connect() else { return false }
        close(descriptor)
        return true
    }

    /// - Returns: a connected socket that closes with a new program, which the caller closes; nil with errno.
    package func connect() -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(self.socket.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return nil
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let failure = errno
            close(descriptor)
            errno = failure
            return nil
        }
        return descriptor
    }
}
