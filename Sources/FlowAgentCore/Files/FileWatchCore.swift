// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What counts as a file that has appeared on this host (T4): a value without I/O, kept as a whole between two lives.
///
/// What is there when a watch begins is nothing new. After that each content of a file counts once, when it has not changed for
/// the watch's time; it is told until a server has taken it, also when that comes days later.
package struct FileWatchCore: Hashable, Sendable, Codable {
    struct Known: Hashable, Sendable, Codable {
        var stamp: FileStamp
        var isTold: Bool
        /// Since when it is as it is, on the boot clock; milliseconds.
        ///
        /// Begins anew with each life.
        var since: Int64?

        enum CodingKeys: CodingKey { case stamp, isTold }
    }

    struct Watched: Hashable, Sendable, Codable {
        var watch: FileWatch
        /// What was there when it began is known.
        var hasBegun = false
        var known: [String: Known] = [:]
        /// Why nothing can be seen, as it was told last.
        var problem: String?
    }

    /// Files of one watch that are known at once; what is beyond is not looked at.
    package static let fileLimit = 5000
    /// Events that wait for a server; further files wait to be told.
    package static let outboxLimit = 1000

    private(set) var watched: [HookID: Watched] = [:]
    /// What no server has taken yet, in order.
    package private(set) var outbox: [FileEvent] = []
    private var last: Int64 = 0

    package init() {}

    /// What is to be looked for, by the webhooks' ids.
    package var watches: [FileWatch] { self.watched.values.map(\.watch).sorted { $0.hook < $1.hook } }

    /// Takes the server's word on what is to be looked for.
    ///
    /// - Returns: whether anything has changed.
    @discardableResult
    package mutating func take(_ watches: [FileWatch]) -> Bool {
        let before = self
        var next: [HookID: Watched] = [:]
        for watch in watches.prefix(FileWatch.limit) {
            if var old = self.watched[watch.hook], old.watch.trigger.path == watch.trigger.path {
                old.watch = watch
                next[watch.hook] = old
            } else {
                next[watch.hook] = Watched(watch: watch)
            }
        }
        self.watched = next
        // Who has gone wants to hear of nothing more.
        self.outbox.removeAll { next[$0.hook] == nil }
        return self != before
    }

    /// What was seen at a watch's place.
    ///
    /// - Parameters:
    ///   - files: by name; regular files whose names count, at most fileLimit.
    ///   - boot: the boot clock; milliseconds.
    ///   - now: the host's time.
    /// - Returns: whether there is something to keep.
    @discardableResult
    package mutating func saw(
        _ files: [String: FileStamp],
        of hook: HookID,
        boot: Int64,
        now: Timestamp
    ) -> Bool {
        guard var watched = self.watched[hook] else { return false }
        let before = watched
        let events = self.outbox.count
        watched.problem = nil
        let settle = Int64(watched.watch.trigger.settleSeconds) * 1000
        for name in watched.known.keys where files[name] == nil { watched.known[name] = nil }
        for (name, stamp) in files.sorted(by: { $0.key < $1.key }) {
            var file = watched.known[name] ?? Known(stamp: stamp, isTold: !watched.hasBegun, since: boot)
            if file.stamp != stamp { file = Known(stamp: stamp, isTold: false, since: boot) }
            if !file.isTold {
                let since = min(file.since ?? boot, boot)
                file.since = since
                if boot - since >= settle, self.outbox.count < Self.outboxLimit {
                    file.isTold = true
                    self.tell(watched, name, stamp, now)
                }
            }
            watched.known[name] = file
        }
        watched.hasBegun = true
        self.watched[hook] = watched
        return self.outbox.count != events || !watched.isAsKept(before)
    }

    /// Why a watch's place can't be looked at; said once, until it can.
    ///
    /// - Returns: whether there is something to keep.
    @discardableResult
    package mutating func failed(_ problem: String, of hook: HookID, now: Timestamp) -> Bool {
        guard let watched = self.watched[hook], watched.problem != problem, self.outbox.count < Self.outboxLimit
        else { return false }
        self.watched[hook]?.problem = problem
        self.last += 1
        self.outbox.append(
            FileEvent(
                sequence: self.last,
                hook: hook,
                path: watched.watch.trigger.path,
                stamp: FileStamp(inode: 0, size: 0, modified: 0),
                at: now,
                problem: problem
            )
        )
        return true
    }

    /// A server has taken these.
    ///
    /// - Returns: whether there is something to keep.
    @discardableResult
    package mutating func taken(_ sequences: [Int64]) -> Bool {
        let (count, gone) = (self.outbox.count, Set(sequences))
        self.outbox.removeAll { gone.contains($0.sequence) }
        return self.outbox.count != count
    }

    private mutating func tell(_ watched: Watched, _ name: String, _ stamp: FileStamp, _ now: Timestamp) {
        self.last += 1
        let directory = watched.watch.trigger.parts.directory
        self.outbox.append(
            FileEvent(
                sequence: self.last,
                hook: watched.watch.hook,
                path: directory == "/" ? "/" + name : directory + "/" + name,
                stamp: stamp,
                at: now
            )
        )
    }
}

extension FileWatchCore.Watched {
    /// Whether the next life would find the same.
    fileprivate func isAsKept(_ other: Self) -> Bool {
        guard self.hasBegun == other.hasBegun, self.problem == other.problem, self.known.count == other.known.count
        else { return false }
        return self.known.allSatisfy { name, file in
            other.known[name].map { $0.stamp == file.stamp && $0.isTold == file.isTold } ?? false
        }
    }
}
