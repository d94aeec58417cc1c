// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowProcess
import Foundation
import Testing

@Suite("Programs that this process starts")
struct ChildProcessTests {
    @Test(
        "It says how a program ended",
        arguments: [("exit 0", ChildProcess.End.exited(0)), ("exit 7", .exited(7)), ("kill -9 $$", .signalled(9))]
    )
    func ends(script: String, expected: ChildProcess.End) async throws {
        let child = try ChildProcess("/bin/sh", ["-c", script])
        #expect(await child.end() == expected)
        #expect(child.ended == expected, "it is known afterwards, too")
        #expect(await child.end() == expected)
    }

    @Test("A program has its directory, its environment, its streams and no other descriptor")
    func surroundings() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("child-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        // Without O_CLOEXEC, as a library might open it.
        let foreign = open("/dev/null", O_RDONLY)
        let output = open(path, O_RDWR | O_CREAT, 0o600)
        defer { for descriptor in [foreign, output] { close(descriptor) } }
        let script = "pwd; echo \"$COLOUR\"; cat; echo wrong >&2; [ -e /proc/$$/fd/\(foreign) ] || echo closed"
        let child = try ChildProcess(
            "/bin/sh",
            ["-c", script],
            environment: ["COLOUR": "blue"],
            directory: "/usr",
            streams: .init(output: output, error: output)
        )
        #expect(await child.end() == .exited(0))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { String($0) }
        #expect(lines == ["/usr", "blue", "wrong", "closed"])
    }

    @Test(
        "What can't be started says what was missing",
        arguments: [
            ("/opt/none/sh", "/tmp", "cannot start /opt/none/sh: /opt/none/sh: No such file or directory"),
            ("/bin/sh", "/opt/none", "cannot start /bin/sh: /opt/none: No such file or directory"),
            ("/etc/passwd", "/tmp", "cannot start /etc/passwd: /etc/passwd: Permission denied"),
        ]
    )
    func failures(program: String, directory: String, text: String) {
        let failure = #expect(throws: ChildProcess.Failure.self) {
            try ChildProcess(program, [], directory: directory)
        }
        #expect(failure?.description == text)
    }

    @Test("A signal reaches it while it runs, and nobody afterwards")
    func signals() async throws {
        let child = try ChildProcess("/bin/sleep", ["60"])
        child.signal(SIGTERM)
        #expect(await child.end() == .signalled(SIGTERM))
        child.signal(SIGTERM)
        #expect(child.ended == .signalled(SIGTERM))
    }

    @Test("Many are started at once, and each end is told once")
    func many() async throws {
        let codes = try await withThrowingTaskGroup(of: Int32.self) { group in
            for number in 0..<Int32(60) {
                group.addTask {
                    let child = try ChildProcess("/bin/sh", ["-c", "exit \(number)"])
                    guard case .exited(let code) = await child.end() else { return -1 }
                    return code
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted()
        }
        #expect(codes == Array(0..<60))
    }
}
