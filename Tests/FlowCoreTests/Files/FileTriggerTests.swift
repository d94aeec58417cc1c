// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Files that start tasks: which are meant (T4)")
struct FileTriggerTests {
    @Test("A path is absolute, with wildcards behind its last slash only")
    func paths() {
        for path in ["/a", "/srv/in/*.csv", "/srv/in/a?b*", "/srv/in/.done", "/srv//in/x"] {
            #expect(FileTrigger.isPath(path), "\(path)")
        }
        for path in [
            "", "/", "a", "in/*.csv", "/srv/*/a", "/srv/?/a", "/srv/../etc/*", "/srv/in/", "/srv/in/..", "/srv/.",
            "/srv/a\0b",
        ] {
            #expect(!FileTrigger.isPath(path), "\(path)")
        }
        #expect(FileTrigger(path: "/a*").parts.directory == "/")
        #expect(FileTrigger(path: "/srv/in/*.csv").parts == ("/srv/in", "*.csv"))
    }

    @Test(
        "Names match as people expect of a shell, hidden ones only where that is said, and no pattern takes long",
        arguments: [
            ("*.csv", "a.csv", true), ("*.csv", "a.csv.part", false), ("*.csv", ".a.csv", false), (".*", ".a", true),
            ("a?c", "abc", true), ("a?c", "ac", false), ("*", "x", true), ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false), ("ä*", "äx", true), ("?", "ä", true), ("x", "X", false), ("*a", "aaa", true),
            ("a[b]", "ab", false), ("**", "x", true), ("a*", "a", true),
        ]
    )
    func names(pattern: String, name: String, matches: Bool) {
        #expect(FileTrigger(path: "/in/" + pattern).matches(name) == matches)
    }

    @Test("A pattern of many stars ends soon on a name that almost matches")
    func stars() {
        let trigger = FileTrigger(path: "/in/" + String(repeating: "*a", count: 60) + "b")
        #expect(!trigger.matches(String(repeating: "a", count: 250)))
    }

    @Test("A key names host, path and content; each of them makes another one")
    func keys() throws {
        let host = try #require(AgentID("agt_1"))
        let stamp = FileStamp(inode: 7, size: 3, modified: 1_767_225_600_000_000)
        let event = FileEvent(
            sequence: 1,
            hook: try #require(HookID("00000000-0000-4000-8000-000000000001")),
            path: "/srv/in/a.csv",
            stamp: stamp,
            at: Timestamp(seconds: 1_767_225_600)
        )
        let key = event.key(on: host)
        #expect(key.hasPrefix("file:agt_1:") && key.utf8.count == 11 + 32)
        var later = event
        later.sequence = 9
        later.at = Timestamp(seconds: 1_767_999_999)
        #expect(later.key(on: host) == key, "told again, it is the same")
        for change in [
            FileStamp(inode: 8, size: 3, modified: stamp.modified),
            FileStamp(inode: 7, size: 4, modified: stamp.modified),
            FileStamp(inode: 7, size: 3, modified: stamp.modified + 1),
        ] {
            var other = event
            other.stamp = change
            #expect(other.key(on: host) != key)
        }
        #expect(event.key(on: try #require(AgentID("agt_2"))) != key)
        let body = event.body(on: host, named: "web1")
        #expect(body["name"] == .string("a.csv") && body["path"] == .string("/srv/in/a.csv"))
        #expect(body["host_name"] == .string("web1"))
    }
}
