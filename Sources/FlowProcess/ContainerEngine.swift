// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The command of a container engine, Podman's or Docker's, whose words for what is needed here are the same.
package struct ContainerEngine: Hashable, Sendable {
    /// Absolute path of the command.
    package let path: String

    /// Where it is looked for when a host's policy does not name it; Podman first, as it needs no server.
    package static let usualPaths = [
        "/usr/bin/podman", "/usr/bin/docker", "/usr/local/bin/podman", "/usr/local/bin/docker",
    ]

    /// Variables of the agent by which an engine finds its server, its configuration and its registries.
    package static let variables = [
        "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "CONTAINER_HOST",
        "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "REGISTRY_AUTH_FILE",
    ]

    package init(path: String) { self.path = path }

    /// - Parameter named: the command that is to be used; nil = the first of the usual ones that is there.
    /// - Returns: nil when there is none.
    package static func find(_ named: String?) -> ContainerEngine? {
        (named.map { [$0] } ?? self.usualPaths).first { access($0, X_OK) == 0 }.map { ContainerEngine(path: $0) }
    }

    /// Ends and removes a container, if there is one, and makes sure that it is gone.
    ///
    /// - Parameter patience: seconds for each of the two questions to the engine.
    /// - Returns: why it may still be there; nil when it is not.
    package func remove(_ name: String, patience: Int = 10) async -> String? {
        let removed = await self.ask(["rm", "--force", name], patience: patience, isHeardWhole: true)
        // `rm` of one that is not there ends with 0 or 1, as the engine and its version like it.
        let left = await self.ask(["ps", "--all", "--quiet", "--filter", "name=^\(name)$"], patience: patience)
        if left.end == .exited(0), left.output.isEmpty { return nil }
        return removed.output.split(whereSeparator: \.isNewline).last.map(String.init)
            ?? left.output.split(whereSeparator: \.isNewline).last.map(String.init) ?? "it does not answer"
    }

    /// The names of all containers with a label, also of those that have ended.
    ///
    /// - Returns: nil when the engine does not say.
    package func names(label: String, patience: Int = 10) async -> [String]? {
        let words = ["ps", "--all", "--filter", "label=\(label)", "--format", "{{.Names}}"]
        let answer = await self.ask(words, patience: patience)
        guard answer.end == .exited(0) else { return nil }
        return answer.output.split(whereSeparator: \.isNewline).map(String.init)
    }

    private struct Answer {
        /// Nil when it could not be started.
        var end: ChildProcess.End?
        /// The first 64 KiB of what it said.
        var output: String
    }

    /// - Parameter isHeardWhole: whether errors count as words; where the answer is a list they do not, as engines warn there.
    private func ask(_ arguments: [String], patience: Int, isHeardWhole: Bool = false) async -> Answer {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return Answer(output: "no descriptor is left") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child: ChildProcess
        do {
            child = try ChildProcess(
                self.path,
                arguments,
                streams: .init(output: ends[1], error: isHeardWhole ? ends[1] : -1)
            )
        } catch {
            for end in ends { close(end) }
            return Answer(output: "\(error)")
        }
        close(ends[1])
        let alarm = Task {
            try await Task.sleep(for: .seconds(patience))
            child.signal(SIGKILL)
        }
        // Few words: they fit into the pipe, and nobody waits for them to be read.
        let end = await child.end()
        alarm.cancel()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        // What the engine left running may hold the pipe open: no more than what is there is read.
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let count = read(ends[0], &buffer, buffer.count)
        close(ends[0])
        return Answer(end: end, output: String(decoding: buffer[..<max(0, count)], as: UTF8.self))
    }
}
