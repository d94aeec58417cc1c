// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

import struct Foundation.Data

extension PBTaskConfigPush {
    init(_ update: ConfigUpdate) {
        self.init()
        self.tasks = update.upserts.map { PBTaskConfig($0) }
        self.version = update.version
        self.removedTaskUids = update.removals.map { Data($0.bytes) }
        if let base = update.base {
            self.action = .update
            self.baseVersion = base
        } else {
            self.action = .fullSync
        }
    }

    func decoded(_ field: String) throws(WireError) -> ConfigUpdate {
        guard !self.more else {
            throw WireError.outOfOrder(message: field, expected: "a configuration in one piece")
        }
        switch self.action {
        case .add, .update, .delete:
            guard self.hasBaseVersion else {
                throw WireError.invalid(field: field + ".base_version", problem: "is missing in an incremental push")
            }
        case .fullSync:
            guard !self.hasBaseVersion else {
                throw WireError.invalid(field: field + ".base_version", problem: "is set in a full push")
            }
        case .UNRECOGNIZED(let value): throw Fields.unknown(value, field + ".action")
        }
        var upserts: [JobSnapshot] = []
        upserts.reserveCapacity(self.tasks.count)
        for (index, task) in self.tasks.enumerated() { upserts.append(try task.decoded("\(field).tasks[\(index)]")) }
        return ConfigUpdate(
            version: try Fields.count(self.version, field + ".version"),
            base: self.hasBaseVersion ? try Fields.count(self.baseVersion, field + ".base_version") : nil,
            upserts: upserts,
            removals: try Fields.identifiers(self.removedTaskUids, field + ".removed_task_uids")
        )
    }
}
