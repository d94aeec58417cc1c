// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// S0's `TaskReportModel`.
struct S0Report {
    /// The task's id, or its number.
    let task: String
    let start: Timestamp
    let end: Timestamp
    let output: String
    let isSuccess: Bool

    init(_ body: JSON) throws {
        var reader = try FieldReader(S0Body.lowered(body))
        for field in ["start", "end", "success"] where !reader.has(field) {
            reader.fault(field, "required", "this field is required")
        }
        self.task = reader.requiredString("taskId")
        self.start = reader.timestamp("start") ?? .distantPast
        self.end = reader.timestamp("end") ?? .distantPast
        self.output = reader.string("output") ?? ""
        self.isSuccess = reader.bool("success") ?? false
        try reader.finish()
    }
}
