// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import FlowAgent

@Suite("Looking for files on a host (T4)")
struct FileWatcherTests {
    private let directory: TemporaryDirectory
    private let hook = HookID(uuid: UUID())
    private let now = Timestamp(seconds: 1_767_225_600)

    init() throws { self.directory = try TemporaryDirectory() }

    private var place: String { self.directory.path + "/in" }

    private func make(_ name: String, _ text: String = "x") throws {
        try FileManager.default.createDirectory(atPath: self.place, withIntermediateDirectories: true)
        try text.write(toFile: self.place + "/" + name, atomically: false, encoding: .utf8)
    }

    private func look(_ pattern: String = "*", policy: HostPolicy = HostPolicy(), most: Int = 100) -> FileLook {
        FileLook.at(FileTrigger(path: self.place + "/" + pattern), policy: policy, most: most)
    }

    private func names(_ look: FileLook) -> [String]? {
        if case .files(let files) = look { files.keys.sorted() } else { nil }
    }

    private func refusal(_ look: FileLook) -> String? { if case .refused(let why) = look { why } else { nil } }

    @Test("Regular files whose names count, no links, no directories; a place that is not there yet is empty")
    func looks() throws {
        #expect(self.names(self.look()) == [])
        for name in ["a.csv", "b.csv", "c.txt", ".d.csv"] { try self.make(name) }
        try FileManager.default.createDirectory(atPath: self.place + "/e.csv", withIntermediateDirectories: true)
        #expect(symlink("/etc/passwd", self.place + "/f.csv") == 0 && mkfifo(self.place + "/g.csv", 0o600) == 0)
        #expect(self.names(self.look("*.csv")) == ["a.csv", "b.csv"])
        guard case .files(let files) = self.look("a.csv") else { return #expect(Bool(false)) }
        let facts = try FileManager.default.attributesOfItem(atPath: self.place + "/a.csv")
        #expect(files["a.csv"]?.size == 1 && files["a.csv"]?.inode == (facts[.systemFileNumber] as? UInt64))
        #expect(self.refusal(self.look(most: 2))?.contains("more files than are looked at: 2") == true)
    }

    @Test("Only inside directories that the host's policy allows, also where a link leads")
    func policy() throws {
        try self.make("a")
        var policy = HostPolicy(directories: [self.place])
        #expect(self.names(self.look(policy: policy)) == ["a"])
        policy.directories = ["/srv"]
        #expect(self.refusal(self.look(policy: policy))?.hasSuffix("(directories)") == true)
        #expect(symlink("/etc", self.directory.path + "/link") == 0)
        let inside = HostPolicy(directories: [self.directory.path])
        let linked = FileLook.at(FileTrigger(path: self.directory.path + "/link/*"), policy: inside, most: 1000)
        #expect(self.refusal(linked)?.contains("'/etc'") == true)
        let file = FileLook.at(FileTrigger(path: self.place + "/a/*"), policy: HostPolicy(), most: 10)
        #expect(self.refusal(file)?.contains("can't be read") == true)
    }

    private func watcher() -> FileWatcher {
        FileWatcher(
            dataDirectory: self.directory.path,
            policy: HostPolicy(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func watch(_ settle: Int = 1) -> LinkEvent {
        .received(
            .fileWatches([
                FileWatch(hook: self.hook, trigger: FileTrigger(path: self.place + "/*", settleSeconds: settle))
            ])
        )
    }

    @Test("What was seen is told until a server has taken it: over restarts, and without a connection for days")
    func durable() async throws {
        let sent = SentFiles()
        var watcher: FileWatcher? = self.watcher()
        watcher?.attach { try sent.take($0) }
        watcher?.take(self.watch())
        watcher?.look(boot: 0, now: self.now)
        watcher?.take(.disconnected(reason: "", code: nil))
        // Cut off: it goes on looking.
        try self.make("a")
        watcher?.look(boot: 1000, now: self.now)
        watcher?.look(boot: 2000, now: self.now)
        await watcher?.tell(boot: 2000)
        #expect(sent.files.isEmpty && watcher?.pending.map(\.path) == [self.place + "/a"])
        // The agent dies, and the next one finds a file that came while none was there.
        try self.make("b")
        watcher = self.watcher()
        watcher?.attach { try sent.take($0) }
        watcher?.look(boot: 0, now: self.now)
        watcher?.look(boot: 1000, now: self.now)
        await watcher?.tell(boot: 1000)
        #expect(sent.files.isEmpty)
        watcher?.take(self.watch())
        await watcher?.tell(boot: 1000)
        #expect(sent.files.map { $0.map(\.path) } == [[self.place + "/a", self.place + "/b"]])
        await watcher?.tell(boot: 2000)
        #expect(sent.files.count == 1, "it is on its way")
        await watcher?.tell(boot: 16_000)
        #expect(sent.files.count == 2, "nobody has taken it")
        watcher?.take(.received(.filesTaken([1])))
        await watcher?.tell(boot: 16_001)
        #expect(sent.files.last?.map(\.sequence) == [2])
        watcher?.take(.received(.filesTaken([2])))
        watcher = self.watcher()
        watcher?.look(boot: 0, now: self.now)
        watcher?.look(boot: 9000, now: self.now)
        #expect(watcher?.pending == [] && watcher?.watches.count == 1)
    }

    @Test("A send that fails ends the turn, and the next connection begins it anew")
    func fails() async throws {
        let sent = SentFiles()
        let watcher = self.watcher()
        watcher.attach { try sent.take($0) }
        watcher.take(self.watch())
        watcher.look(boot: 0, now: self.now)
        try self.make("a")
        watcher.look(boot: 1000, now: self.now)
        watcher.look(boot: 2000, now: self.now)
        sent.fails.withLock { $0 = true }
        await watcher.tell(boot: 2000)
        sent.fails.withLock { $0 = false }
        await watcher.tell(boot: 99_000)
        #expect(sent.files.isEmpty)
        watcher.take(self.watch())
        await watcher.tell(boot: 99_000)
        #expect(sent.files.count == 1)
    }
}

/// Keeps what a watcher sends.
private final class SentFiles: Sendable {
    private let messages = Mutex<[[FileEvent]]>([])
    let fails = Mutex(false)

    var files: [[FileEvent]] { self.messages.withLock { $0 } }

    func take(_ message: AgentMessage) throws {
        if self.fails.withLock({ $0 }) { throw CoreError(.unavailable, "no connection") }
        if case .files(let events) = message { self.messages.withLock { $0.append(events) } }
    }
}
