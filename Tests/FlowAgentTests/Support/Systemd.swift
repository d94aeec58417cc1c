// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowProcess
import FlowRunner
import Foundation

/// A systemd for users, the real one, as root's: in a place of its own that has all that it asks for.
///
/// Nothing of the host is changed: what it wants to see under `/run` and `/sys/fs/cgroup` it sees alone, by a mount namespace,
/// and its units are below a control group of this test, which the kernel shares with everybody.
final class Systemd: Sendable {
    private static let program = "/lib/systemd/systemd"

    let directory: TemporaryDirectory
    private let child: ChildProcess
    /// Where all of its units are, as we see it.
    private let group: ControlGroup

    var manager: ServiceManager {
        ServiceManager(socket: self.directory.path + "/run/systemd/private", isSystem: false)
    }

    init() async throws {
        let directory = try TemporaryDirectory()
        let name = "quartzflow-test-\(UUID().uuidString.prefix(8))"
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        guard let root = GroupBase.place(mounts: mounts, own: "0::/") else {
            throw NeverHappened(description: "control groups of version 2 are mounted")
        }
        let script = """
            set -e
            mount --make-rprivate /
            mount -t tmpfs tmpfs /run
            mkdir -p /run/systemd/system
            umount -R /sys/fs/cgroup || umount -l /sys/fs/cgroup || true
            mount -t cgroup2 none /sys/fs/cgroup
            mkdir /sys/fs/cgroup/\(name)
            echo $$ >/sys/fs/cgroup/\(name)/cgroup.procs
            mkdir -m 700 -p \(directory.path)/run \(directory.path)/home
            export XDG_RUNTIME_DIR=\(directory.path)/run HOME=\(directory.path)/home
            unset DBUS_SESSION_BUS_ADDRESS NOTIFY_SOCKET
            exec \(Self.program) --user --unit=basic.target --log-target=console

            """
        try Data(script.utf8).write(to: URL(fileURLWithPath: directory.path + "/start"))
        let log = open(directory.path + "/log", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(log) }
        self.directory = directory
        self.group = ControlGroup(path: root.directory + "/" + name)
        self.child = try ChildProcess(
            "/usr/bin/unshare",
            ["--mount", "/bin/sh", directory.path + "/start"],
            streams: .init(output: log, error: log)
        )
        try await eventually("systemd answers, or ends: \(self.log)") {
            self.manager.isReachable || self.child.ended != nil
        }
        guard self.manager.isReachable else { throw NeverHappened(description: "systemd answers: \(self.log)") }
    }

    deinit {
        self.child.signal(SIGKILL)
        _ = self.group.end()
    }

    private var log: String {
        (try? String(contentsOfFile: self.directory.path + "/log", encoding: .utf8)) ?? ""
    }

    /// Ends it; what it has started goes on.
    func end() async {
        self.child.signal(SIGKILL)
        _ = await self.child.end()
    }

    /// Whether a systemd for users can run here at all: it needs root, mounts of its own and version 2 of control groups.
    static func works() async -> Bool {
        guard geteuid() == 0, access(self.program, X_OK) == 0, access("/usr/bin/unshare", X_OK) == 0 else {
            print("No systemd, no unshare, or no root: units of systemd are not tested against a real one.")
            return false
        }
        do { _ = try await Systemd() } catch {
            print("No systemd for users can run here (\(error)): units of systemd are not tested against a real one.")
            return false
        }
        return true
    }

    /// What `systemctl` says of a unit, by the names of its properties.
    func properties(_ unit: String, _ names: String...) async throws -> [String: String] {
        let pipe = Pipe()
        let child = try ChildProcess(
            "/usr/bin/systemctl",
            ["--user", "show", unit, "-p", names.joined(separator: ",")],
            environment: ["XDG_RUNTIME_DIR": self.directory.path + "/run", "SYSTEMD_IGNORE_CHROOT": "1"],
            streams: .init(output: pipe.fileHandleForWriting.fileDescriptor, error: 2)
        )
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        _ = await child.end()
        var properties: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { properties[String(parts[0])] = String(parts[1]) }
        }
        return properties
    }
}
