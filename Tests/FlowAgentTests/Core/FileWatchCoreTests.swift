// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import Testing

@Suite("What counts as a file that has appeared (T4)")
struct FileWatchCoreTests {
    private static let hook = HookID(uuid: UUID(uuidString: "00000000-0000-4000-8000-000000000001")!)
    private static let other = HookID(uuid: UUID(uuidString: "00000000-0000-4000-8000-000000000002")!)
    private static let now = Timestamp(seconds: 1_767_225_600)

    private static func stamp(_ size: Int64, inode: UInt64 = 1, modified: Int64 = 1) -> FileStamp {
        FileStamp(inode: inode, size: size, modified: modified)
    }

    private static func watch(_ hook: HookID = Self.hook, _ path: String = "/in/*", settle: Int = 5) -> FileWatch {
        FileWatch(hook: hook, trigger: FileTrigger(path: path, settleSeconds: settle))
    }

    private static func begun(_ there: [String: FileStamp] = [:]) -> FileWatchCore {
        var core = FileWatchCore()
        core.take([Self.watch()])
        core.saw(there, of: Self.hook, boot: 0, now: Self.now)
        return core
    }

    /// What the file of the next life has.
    private static func reread(_ core: FileWatchCore) throws -> FileWatchCore {
        try JSONDecoder().decode(FileWatchCore.self, from: try JSONEncoder().encode(core))
    }

    @Test("What was there is nothing new; what comes counts once, when it has not changed for its time")
    func settles() {
        var core = Self.begun(["old": Self.stamp(1)])
        #expect(core.outbox.isEmpty)
        let old = ["old": Self.stamp(1)]
        core.saw(old.merging(["a": Self.stamp(1)]) { $1 }, of: Self.hook, boot: 1000, now: Self.now)
        core.saw(old.merging(["a": Self.stamp(2)]) { $1 }, of: Self.hook, boot: 5000, now: Self.now)
        core.saw(old.merging(["a": Self.stamp(2)]) { $1 }, of: Self.hook, boot: 9999, now: Self.now)
        #expect(core.outbox.isEmpty, "it grew at 5 s")
        core.saw(old.merging(["a": Self.stamp(2)]) { $1 }, of: Self.hook, boot: 10_000, now: Self.now)
        #expect(core.outbox.map(\.path) == ["/in/a"] && core.outbox.first?.stamp == Self.stamp(2))
        core.saw(old.merging(["a": Self.stamp(2)]) { $1 }, of: Self.hook, boot: 99_000, now: Self.now)
        #expect(core.outbox.count == 1)
    }

    @Test("Another content, another inode or another time is another file; one that goes before its time is none")
    func changes() {
        var core = Self.begun(["a": Self.stamp(1)])
        var boot: Int64 = 0
        for (index, stamp) in [
            Self.stamp(2), Self.stamp(2, inode: 9), Self.stamp(2, inode: 9, modified: 7),
        ].enumerated() {
            core.saw(["a": stamp], of: Self.hook, boot: boot + 1000, now: Self.now)
            boot += 6000
            core.saw(["a": stamp], of: Self.hook, boot: boot, now: Self.now)
            #expect(core.outbox.count == index + 1)
        }
        core.saw(
            ["a": Self.stamp(2, inode: 9, modified: 7), "b": Self.stamp(1)],
            of: Self.hook,
            boot: boot,
            now: Self.now
        )
        core.saw([:], of: Self.hook, boot: boot + 4000, now: Self.now)
        // Gone, and come again as it was: it counts anew, after its time.
        core.saw(["b": Self.stamp(1)], of: Self.hook, boot: boot + 6000, now: Self.now)
        #expect(core.outbox.count == 3)
        core.saw(["b": Self.stamp(1)], of: Self.hook, boot: boot + 11_000, now: Self.now)
        #expect(core.outbox.count == 4)
    }

    @Test("A restart forgets nothing and tells nothing twice; a file that had not settled waits its time anew")
    func restarts() throws {
        var core = Self.begun()
        core.saw(["a": Self.stamp(1)], of: Self.hook, boot: 1_000_000, now: Self.now)
        core.saw(["a": Self.stamp(1), "b": Self.stamp(1)], of: Self.hook, boot: 1_006_000, now: Self.now)
        #expect(core.outbox.map(\.path) == ["/in/a"])
        // After a boot the clock begins anew.
        core = try Self.reread(core)
        core.saw(["a": Self.stamp(1), "b": Self.stamp(1), "c": Self.stamp(1)], of: Self.hook, boot: 100, now: Self.now)
        #expect(core.outbox.map(\.path) == ["/in/a"])
        core.saw(
            ["a": Self.stamp(1), "b": Self.stamp(1), "c": Self.stamp(1)],
            of: Self.hook,
            boot: 5100,
            now: Self.now
        )
        #expect(core.outbox.map(\.path) == ["/in/a", "/in/b", "/in/c"] && core.outbox.map(\.sequence) == [1, 2, 3])
        let isTaken = core.taken([1, 3])
        #expect(isTaken)
        core = try Self.reread(core)
        #expect(core.outbox.map(\.sequence) == [2])
        core.saw(["d": Self.stamp(1)], of: Self.hook, boot: 6000, now: Self.now)
        core.saw(["d": Self.stamp(1)], of: Self.hook, boot: 11_000, now: Self.now)
        #expect(core.outbox.map(\.sequence) == [2, 4], "no number comes again")
    }

    @Test("The server's word: what goes is forgotten, another path begins anew, another time does not")
    func watches() {
        var core = Self.begun(["a": Self.stamp(1)])
        core.saw(["a": Self.stamp(1), "b": Self.stamp(1)], of: Self.hook, boot: 0, now: Self.now)
        let taken = [core.take([Self.watch(settle: 60)]), core.take([Self.watch(settle: 60)])]
        #expect(taken == [true, false])
        core.saw(["a": Self.stamp(1), "b": Self.stamp(1)], of: Self.hook, boot: 59_000, now: Self.now)
        #expect(core.outbox.isEmpty)
        core.saw(["a": Self.stamp(1), "b": Self.stamp(1)], of: Self.hook, boot: 60_000, now: Self.now)
        #expect(core.outbox.count == 1)
        core.take([Self.watch(Self.hook, "/out/*"), Self.watch(Self.other, "/in/*")])
        for hook in [Self.hook, Self.other] { core.saw(["x": Self.stamp(1)], of: hook, boot: 0, now: Self.now) }
        for hook in [Self.hook, Self.other] { core.saw(["x": Self.stamp(1)], of: hook, boot: 99_000, now: Self.now) }
        #expect(core.outbox.count == 1, "what was there at their begin is nothing new")
        core.take([])
        #expect(core.outbox.isEmpty && core.watches.isEmpty)
        let isNew = core.saw(["x": Self.stamp(2)], of: Self.hook, boot: 0, now: Self.now)
        #expect(!isNew)
        core.take((0..<200).map { _ in Self.watch(HookID(uuid: UUID())) })
        #expect(core.watches.count == FileWatch.limit)
    }

    @Test("A place that can't be looked at is said once, and nothing that was there before counts when it can")
    func problems() {
        var core = FileWatchCore()
        core.take([Self.watch(settle: 1)])
        let said = (0..<2).map { _ in core.failed("no permission", of: Self.hook, now: Self.now) }
        #expect(said == [true, false])
        #expect(core.outbox.map(\.problem) == ["no permission"])
        core.saw(["old": Self.stamp(1)], of: Self.hook, boot: 0, now: Self.now)
        core.saw(["old": Self.stamp(1)], of: Self.hook, boot: 9000, now: Self.now)
        #expect(core.outbox.count == 1)
        let again = core.failed("no permission", of: Self.hook, now: Self.now)
        #expect(again, "it worked in between")
    }

    @Test("What waits for a server has a bound, and what is beyond it comes later")
    func bounded() {
        var core = Self.begun()
        let names = (0..<(FileWatchCore.outboxLimit + 50)).map { "f\($0)" }
        let files = Dictionary(uniqueKeysWithValues: names.map { ($0, Self.stamp(1)) })
        core.saw(files, of: Self.hook, boot: 0, now: Self.now)
        core.saw(files, of: Self.hook, boot: 5000, now: Self.now)
        #expect(core.outbox.count == FileWatchCore.outboxLimit)
        core.taken(core.outbox.map(\.sequence))
        core.saw(files, of: Self.hook, boot: 6000, now: Self.now)
        #expect(core.outbox.count == 50)
    }
}
