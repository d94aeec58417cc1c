// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobuf

extension PBEnvelope {
    /// Two envelopes that say the same as this one; nil when it holds nothing that can be divided.
    ///
    /// Lists of orders, acknowledgements and results mean the same in one message or in two. A configuration push has to
    /// take effect as a whole, so its first part is marked with `more` (see ``PushAssembler``).
    var halves: (PBEnvelope, PBEnvelope)? {
        switch self.message {
        case .taskResults(let batch):
            guard let (first, second) = Self.halves(of: batch.results) else { return nil }
            return (
                .with { $0.taskResults = .with { ($0.incarnation, $0.results) = (batch.incarnation, first) } },
                .with { $0.taskResults = .with { ($0.incarnation, $0.results) = (batch.incarnation, second) } }
            )
        case .taskExecutions(let batch):
            guard let (first, second) = Self.halves(of: batch.executions) else { return nil }
            return (
                .with { $0.taskExecutions.executions = first }, .with { $0.taskExecutions.executions = second }
            )
        case .executionAck(let acknowledgement):
            guard let (first, second) = Self.halves(of: acknowledgement.executionIds) else { return nil }
            return (.with { $0.executionAck.executionIds = first }, .with { $0.executionAck.executionIds = second })
        case .taskConfigPush(let push):
            guard let (first, second) = push.halves else { return nil }
            return (.with { $0.taskConfigPush = first }, .with { $0.taskConfigPush = second })
        case .welcome(let welcome):
            // All jobs travel after the welcome, which is held back by the receiver until they are complete.
            guard welcome.hasConfig, !welcome.config.tasks.isEmpty || !welcome.config.removedTaskUids.isEmpty else {
                return nil
            }
            // The zones stay with it: there are few, and they are small.
            var head = welcome
            var rest = welcome.config
            rest.zones = []
            head.config.tasks = []
            head.config.removedTaskUids = []
            head.config.more = true
            return (.with { $0.welcome = head }, .with { $0.taskConfigPush = rest })
        default: return nil
        }
    }

    private static func halves<Item>(of items: [Item]) -> ([Item], [Item])? {
        guard items.count > 1 else { return nil }
        let middle = items.count / 2
        return (Array(items[..<middle]), Array(items[middle...]))
    }
}

extension PBTaskConfigPush {
    fileprivate var halves: (PBTaskConfigPush, PBTaskConfigPush)? {
        var first = self
        var second = self
        first.more = true
        second.zones = []
        if self.tasks.count > 1 {
            let middle = self.tasks.count / 2
            first.tasks = Array(self.tasks[..<middle])
            second.tasks = Array(self.tasks[middle...])
            first.removedTaskUids = []
        } else if self.removedTaskUids.count > 1 || (self.tasks.count == 1 && self.removedTaskUids.count == 1) {
            let middle = self.removedTaskUids.count / 2
            first.removedTaskUids = Array(self.removedTaskUids[..<middle])
            second.removedTaskUids = Array(self.removedTaskUids[middle...])
            second.tasks = []
        } else {
            return nil
        }
        return (first, second)
    }
}
