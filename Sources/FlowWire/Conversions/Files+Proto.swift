// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

import struct Foundation.Data

extension PBFileWatches {
    init(_ watches: [FileWatch]) {
        self.init()
        self.watches = watches.map { watch in
            .with {
                $0.hookID = Data(watch.hook.bytes)
                $0.path = watch.trigger.path
                $0.settleSeconds = Int32(clamping: watch.trigger.settleSeconds)
            }
        }
    }

    func decoded(_ field: String) throws(WireError) -> [FileWatch] {
        try self.watches.prefix(FileWatch.limit).map { watch throws(WireError) in
            guard FileTrigger.isPath(watch.path) else {
                throw WireError.invalid(field: field + ".path", problem: "is no path of files")
            }
            return FileWatch(
                hook: try Fields.identifier(watch.hookID, field + ".hook_id"),
                trigger: FileTrigger(
                    path: watch.path,
                    settleSeconds: Int(watch.settleSeconds).clamped(to: FileTrigger.settleRange)
                )
            )
        }
    }
}

extension PBFilesAppeared {
    /// The most of one message that are heard.
    private static let limit = 1000

    init(_ events: [FileEvent]) {
        self.init()
        self.files = events.map { event in
            .with {
                $0.sequence = event.sequence
                $0.hookID = Data(event.hook.bytes)
                $0.path = event.path
                $0.inode = event.stamp.inode
                $0.size = event.stamp.size
                $0.modified = event.stamp.modified
                $0.seenAt = event.at.milliseconds
                if let problem = event.problem { $0.problem = problem }
            }
        }
    }

    func decoded(_ field: String) throws(WireError) -> [FileEvent] {
        try self.files.prefix(Self.limit).map { file throws(WireError) in
            FileEvent(
                sequence: try Fields.count(file.sequence, field + ".sequence"),
                hook: try Fields.identifier(file.hookID, field + ".hook_id"),
                path: String(file.path.prefix(4096)),
                stamp: FileStamp(
                    inode: file.inode,
                    size: try Fields.count(file.size, field + ".size"),
                    modified: file.modified
                ),
                at: try Fields.instant(file.seenAt, field + ".seen_at"),
                problem: file.hasProblem ? String(file.problem.prefix(500)) : nil
            )
        }
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
