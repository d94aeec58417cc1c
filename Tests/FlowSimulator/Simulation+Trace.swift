// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

extension Simulation {
    /// Writes down what happens, for the person who reads one history (`QF_SIM_TRACE=1`).
    func say(_ line: @autoclosure () -> String) {
        guard self.isTraced else { return }
        let digits = String(self.now % 1_000_000)
        let micros = String(repeating: "0", count: 6 - digits.count) + digits
        print("\(self.now / 1_000_000).\(micros) \(line())")
    }

    /// Seconds since the start.
    func short(_ instant: Timestamp) -> String { "\(Double(instant.milliseconds - Self.epoch / 1000) / 1000)" }

    func short(_ report: Report) -> String {
        var line = "#\(report.sequence) \(report.jobName)@\(self.short(report.nominal)) \(report.status.name)"
        if let reason = report.reason { line += " \(reason.rawValue)" }
        if let range = report.coalesced { line += " \(self.short(range.from))…\(self.short(range.through))" }
        return line + " attempt \(report.attempt)"
    }

    func short(_ operation: LedgerOperation) -> String {
        switch operation {
        case .insert(_, let report), .update(_, let report): self.short(report)
        case .advanceCursor(let uid, let cursor): "cursor of \(uid) \(self.short(cursor))"
        case .undoPremature(let now): "undo after \(self.short(now))"
        case .storeOrder(let order): "keep order \(order.job.name)@\(self.short(order.nominal))"
        case .applyConfig(let update, _):
            "configuration \(update.version) on \(update.base.map { "\($0)" } ?? "nothing")"
        default: "\(operation)"
        }
    }

    func short(_ event: AgentEvent) -> String {
        switch event {
        case .received(.orders(let orders)):
            "orders " + orders.map { "\($0.job.name)@\(self.short($0.nominal))" }.joined(separator: " ")
        case .received(.config(let update)): "configuration \(update.version)"
        case .received(.welcome(let welcome)):
            "welcome \(welcome.epoch), acknowledged \(welcome.acknowledgedSequence), asks \(welcome.questions.count)"
        case .received(let message): "\(message)"
        case .supervisor(.finished(let id, let attempt, let outcome)):
            "\(id) attempt \(attempt) ended \(outcome.status.name)"
        case .committed(let results): "committed \(results.count)"
        default: "\(event)"
        }
    }
}
