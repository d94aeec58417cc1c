// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess
import Foundation

/// Podman with a store of its own and one image, which holds BusyBox and nothing else; it fetches nothing.
///
/// Its command is a script with the options that a host without systemd, without networks for containers and with fixed limits
/// needs; all else is the real thing.
final class Podman: Sendable {
    private static let isThere = ["/usr/bin/podman", "/usr/sbin/runc", "/bin/busybox"]
        .allSatisfy { (program: String) in access(program, X_OK) == 0 }
    static let image = "localhost/quartzflow-test:1"

    let directory: TemporaryDirectory
    var command: String { self.directory.path + "/podman" }

    init() async throws {
        self.directory = try TemporaryDirectory()
        let root = self.directory.path
        try self.write(
            "containers.conf",
            "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n"
        )
        try self.write(
            "podman",
            """
            #!/bin/sh
            # As engines do without a session of systemd.
            echo 'level=warning msg="no systemd user session"' >&2
            export CONTAINERS_CONF=\(root)/containers.conf
            exec /usr/bin/podman --runtime /usr/sbin/runc --storage-driver vfs --root \(root)/store --runroot \(root)/run \\
                --tmpdir \(root)/tmp --cgroup-manager cgroupfs --events-backend file "$@"

            """
        )
        chmod(self.command, 0o755)
        try self.write("image", "")
        let files = """
            mkdir -p \(root)/files/bin \(root)/files/run && cp /bin/busybox \(root)/files/bin/ &&
            for name in sh sleep echo id cat ls; do ln -s busybox \(root)/files/bin/$name; done &&
            tar -C \(root)/files -cf \(root)/image . && \(self.command) import --quiet \(root)/image \(Self.image) >/dev/null
            """
        let end = try await ChildProcess("/bin/sh", ["-c", files], streams: .init(error: 2)).end()
        guard end == .exited(0) else { throw NeverHappened(description: "an image is made: \(end)") }
    }

    /// Whether a container can run here at all, without anything of ours: not every sandbox lets one.
    static func works() async -> Bool {
        guard self.isThere, let podman = try? await Podman(),
            let child = try? ChildProcess(
                podman.command,
                ["run", "--rm", "--network", "none", self.image, "/bin/sh", "-c", "exit 7"],
                streams: .init(error: 2)
            )
        else { return false }
        let end = await child.end()
        if end != .exited(7) { print("Podman runs no container here (\(end)): container jobs are not tested.") }
        return end == .exited(7)
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self.directory.path + "/" + name))
    }

    var policy: HostPolicy { HostPolicy(containers: .init(engine: self.command)) }

    /// Names of all containers, also of those that have ended.
    func containers() async throws -> [String] {
        guard let names = await ContainerEngine(path: self.command).names(label: "quartzflow.execution", patience: 30)
        else { throw NeverHappened(description: "podman lists its containers") }
        return names
    }
}
