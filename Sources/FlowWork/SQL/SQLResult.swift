// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a job's statements hand on: the first row of the last one that returns rows, and how many rows the last one
/// returned or changed.
struct SQLResult {
    static let rowCountOutput = "row_count"
    private var columns: [String] = []
    private var first: [String?] = []
    private var rowCount = 0

    /// - Parameter count: of rows that were returned, or changed by a statement that returns none.
    mutating func take(columns: [String], first: [String?]?, count: Int) {
        self.rowCount = count
        guard !columns.isEmpty else { return }
        self.columns = columns
        self.first = first ?? []
    }

    /// Columns come after the count, so one that is called like it wins; NULL is nothing.
    var outputs: [(name: String, value: String)] {
        var outputs: [(name: String, value: String)] = [(Self.rowCountOutput, "\(self.rowCount)")]
        for (column, value) in zip(self.columns, self.first) { if let value { outputs.append((column, value)) } }
        return outputs
    }
}
