// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension JobValidator {
    /// Reads further expressions of a schedule, or its exceptions, each by itself.
    ///
    /// - Returns: their one spelling; nil when there are none, or when something is wrong with them.
    mutating func expressions(_ texts: [String], _ field: String, of spec: ScheduleSpec?) -> [String]? {
        guard !texts.isEmpty else { return nil }
        guard texts.count <= ScheduleLimits.expressionLimit else {
            self.faults.add(field, "too_many", "a task has at most \(ScheduleLimits.expressionLimit) of these")
            return nil
        }
        guard case .cron(let own, _, _)? = spec else {
            // What is wrong with the schedule itself has been said.
            if spec != nil {
                self.faults.add(field, "conflict", "'\(field)' needs a cron_expr with times beside it, in its zone")
            }
            return nil
        }
        var found: [String] = []
        for (index, text) in texts.enumerated() {
            let path = "\(field)[\(index)]"
            do {
                let expression = try CronExpression(parsing: text)
                let canonical = expression.canonical
                if expression.everyMilliseconds != nil || expression.isReboot {
                    self.faults.add(
                        path,
                        "syntax",
                        "'\(canonical)' names no times; write fields, or a macro such as @daily"
                    )
                } else if expression.zonePrefix != nil {
                    self.faults.add(path, "conflict", "all expressions of a task have one zone; name it in 'timezone'")
                } else if found.contains(canonical) || (field == "cron_exprs" && canonical == own) {
                    self.faults.add(path, "duplicate", "'\(canonical)' is there twice")
                } else {
                    found.append(canonical)
                }
            } catch {
                self.faults.add(path, error.code.rawValue, error.wording)
            }
        }
        return found.isEmpty ? nil : found
    }
}
