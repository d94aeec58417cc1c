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
        self.zones = update.zones.map { PBZoneSlice($0) }
        if let plans = update.plans {
            self.plansFrom = plans.from.milliseconds
            for (index, job) in update.upserts.enumerated() {
                if let digest = plans.digests[job.uid] { self.tasks[index].planDigest = digest }
            }
        }
        if let base = update.base {
            self.action = .update
            self.baseVersion = base
        } else {
            self.action = .fullSync
        }
    }

    func decoded(_ field: String, _ reader: DefinitionReader) throws(WireError) -> ConfigUpdate {
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
        for (index, task) in self.tasks.enumerated() {
            upserts.append(try task.checked("\(field).tasks[\(index)]", reader))
        }
        var zones: [ZoneSlice] = []
        zones.reserveCapacity(self.zones.count)
        for (index, zone) in self.zones.enumerated() { zones.append(try zone.decoded("\(field).zones[\(index)]")) }
        var plans: PlanClaims?
        if self.hasPlansFrom {
            let claims = zip(upserts, self.tasks).filter { $1.hasPlanDigest }.map { ($0.uid, $1.planDigest) }
            plans = PlanClaims(
                from: try Fields.instant(self.plansFrom, field + ".plans_from"),
                digests: Dictionary(claims) { $1 }
            )
        }
        return ConfigUpdate(
            version: try Fields.count(self.version, field + ".version"),
            base: self.hasBaseVersion ? try Fields.count(self.baseVersion, field + ".base_version") : nil,
            upserts: upserts,
            removals: try Fields.identifiers(self.removedTaskUids, field + ".removed_task_uids"),
            zones: zones,
            plans: plans
        )
    }
}
