// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Files that start a task where they appear (T4): one directory, and what their names look like.
package struct FileTrigger: Hashable, Sendable, Codable {
    /// Absolute; `*` and `?` in its last part stand for any characters and any one.
    package var path: String
    /// A file counts when it has not changed for so long.
    package var settleSeconds: Int

    package init(path: String, settleSeconds: Int = FileTrigger.standardSettle) {
        self.path = path
        self.settleSeconds = settleSeconds
    }

    package static let standardSettle = 5
    package static let settleRange = 1...86_400

    /// Where it is looked, and which names count there.
    package var parts: (directory: String, name: String) {
        guard let slash = self.path.lastIndex(of: "/") else { return ("/", self.path) }
        let directory = String(self.path[..<slash])
        return (directory.isEmpty ? "/" : directory, String(self.path[self.path.index(after: slash)...]))
    }

    /// Whether a path can be looked at: absolute, without `..`, and with wildcards in its last part only.
    package static func isPath(_ path: String) -> Bool {
        guard JobLimits.isPath(path), !path.hasSuffix("/"), !path.split(separator: "/").contains("..") else {
            return false
        }
        let (directory, name) = FileTrigger(path: path).parts
        return !name.isEmpty && name != "." && !directory.contains(where: { "*?".contains($0) })
    }

    /// Whether a file of this name counts; one that begins with a dot only where that is said.
    package func matches(_ name: String) -> Bool {
        let pattern = Array(self.parts.name.unicodeScalars)
        if name.hasPrefix("."), pattern.first != "." { return false }
        return Wildcards.matches(Array(name.unicodeScalars), pattern, any: "*", one: "?")
    }
}

/// What a host is to look for.
package struct FileWatch: Hashable, Sendable, Codable {
    package let hook: HookID
    package var trigger: FileTrigger

    package init(hook: HookID, trigger: FileTrigger) {
        self.hook = hook
        self.trigger = trigger
    }

    /// The most that one host looks for.
    package static let limit = 64
}

/// What tells one file, and one content of it, from another.
package struct FileStamp: Hashable, Sendable, Codable {
    package var inode: UInt64
    /// Bytes.
    package var size: Int64
    /// Of the content; microseconds since the epoch.
    package var modified: Int64

    package init(inode: UInt64, size: Int64, modified: Int64) {
        self.inode = inode
        self.size = size
        self.modified = modified
    }
}

/// A file that has appeared on a host, or why a host can't look.
package struct FileEvent: Hashable, Sendable, Codable {
    /// Counts on the host, from 1.
    package var sequence: Int64
    package var hook: HookID
    package var path: String
    package var stamp: FileStamp
    /// By the host's clock.
    package var at: Timestamp
    /// Why there is nothing to be seen at the path, in words; nil for a file.
    package var problem: String?

    package init(
        sequence: Int64,
        hook: HookID,
        path: String,
        stamp: FileStamp,
        at: Timestamp,
        problem: String? = nil
    ) {
        self.sequence = sequence
        self.hook = hook
        self.path = path
        self.stamp = stamp
        self.at = at
        self.problem = problem
    }

    /// What a webhook's pointers point into.
    package func body(on host: AgentID, named name: String) -> JSON {
        .object([
            .init("host", host.rawValue), .init("host_name", name), .init("path", self.path),
            .init("name", self.path.split(separator: "/").last.map(String.init) ?? self.path),
            .init("size", self.stamp.size),
            .init("modified", Timestamp(milliseconds: self.stamp.modified / 1000)), .init("at", self.at),
        ])
    }
}
