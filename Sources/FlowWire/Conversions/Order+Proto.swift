// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

extension PBTaskExecution {
    init(_ order: Order) {
        self.init()
        self.executionID = order.executionID.data
        self.runID = order.runID.data
        self.task = PBTaskConfig(order.job)
        // Also when a backfill's run is repeated: an agent that takes no data time has to refuse it.
        self.kind = order.dataTime == nil ? PBExecutionKind(order.kind) : .backfill
        if let dataTime = order.dataTime { self.dataTime = dataTime.milliseconds }
        self.scheduledTime = order.nominal.milliseconds
        self.params = order.parameters
        if let parent = order.retryOf { self.retryOf = parent.data }
        self.deadline = order.deadline.milliseconds
        if let hold = order.hold { self.hold = PBSlotHold(hold) }
    }

    func decoded(_ field: String, _ reader: DefinitionReader) throws(WireError) -> Order {
        var job = try self.task.checked(field + ".task", reader)
        var gaps = job.unsupported.map { [$0] } ?? []
        let kind = try Fields.understood(&gaps, or: ExecutionKind.manual) { () throws(WireError) in
            try self.kind.decoded(field + ".kind")
        }
        if kind == .backfill, !self.hasDataTime { gaps.append("a backfill without the time that it is for") }
        let unsupported = gaps.isEmpty ? nil : gaps.joined(separator: "; ")
        // To set it makes another copy of the definition.
        if unsupported != job.unsupported { job.unsupported = unsupported }
        return Order(
            executionID: try Fields.identifier(self.executionID, field + ".execution_id"),
            runID: try Fields.identifier(self.runID, field + ".run_id"),
            job: job,
            kind: kind,
            nominal: try Fields.instant(self.scheduledTime, field + ".scheduled_time"),
            dataTime: self.hasDataTime ? try Fields.instant(self.dataTime, field + ".data_time") : nil,
            parameters: self.params,
            retryOf: self.hasRetryOf ? try Fields.identifier(self.retryOf, field + ".retry_of") : nil,
            deadline: try Fields.instant(self.deadline, field + ".deadline"),
            hold: self.hasHold ? try self.hold.decoded(field + ".hold") : nil
        )
    }
}

extension PBSlotHold {
    fileprivate init(_ hold: SlotHold) {
        self.init()
        self.fence = Int64(hold.fence)
        self.leaseMs = hold.leaseMilliseconds
        self.fenced = hold.isFenced
        self.moves = hold.moves
        guard let shard = hold.shard else { return }
        self.shard = .with {
            $0.index = Int32(clamping: shard.index)
            $0.total = Int32(clamping: shard.total)
            if let item = shard.item { $0.item = item }
        }
    }

    fileprivate func decoded(_ field: String) throws(WireError) -> SlotHold {
        let longest = Int64(Placement.leaseRange.upperBound) * 1000
        var shard: SlotHold.Shard?
        if self.hasShard {
            shard = SlotHold.Shard(
                index: Int(self.shard.index),
                total: Int(self.shard.total),
                item: self.shard.hasItem ? self.shard.item : nil
            )
        }
        return SlotHold(
            fence: Int(try Fields.count(self.fence, field + ".fence")),
            // A number that is none must not overflow what is computed with it.
            leaseMilliseconds: min(try Fields.count(self.leaseMs, field + ".lease_ms"), longest),
            isFenced: self.fenced,
            moves: self.moves,
            shard: shard
        )
    }
}
