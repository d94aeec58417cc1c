// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

import struct Foundation.Data

extension PBTaskExecution {
    init(_ order: Order) {
        self.init()
        self.executionID = Data(order.executionID.bytes)
        self.runID = Data(order.runID.bytes)
        self.task = PBTaskConfig(order.job)
        self.kind = PBExecutionKind(order.kind)
        self.scheduledTime = order.nominal.milliseconds
        self.params = order.parameters
        if let parent = order.retryOf { self.retryOf = Data(parent.bytes) }
        self.deadline = order.deadline.milliseconds
    }

    func decoded(_ field: String) throws(WireError) -> Order {
        var job = try self.task.decoded(field + ".task")
        var gaps = job.unsupported.map { [$0] } ?? []
        let kind = try Fields.understood(&gaps, or: ExecutionKind.manual) { () throws(WireError) in
            try self.kind.decoded(field + ".kind")
        }
        job.unsupported = gaps.isEmpty ? nil : gaps.joined(separator: "; ")
        return Order(
            executionID: try Fields.identifier(self.executionID, field + ".execution_id"),
            runID: try Fields.identifier(self.runID, field + ".run_id"),
            job: job,
            kind: kind,
            nominal: try Fields.instant(self.scheduledTime, field + ".scheduled_time"),
            parameters: self.params,
            retryOf: self.hasRetryOf ? try Fields.identifier(self.retryOf, field + ".retry_of") : nil,
            deadline: try Fields.instant(self.deadline, field + ".deadline")
        )
    }
}
