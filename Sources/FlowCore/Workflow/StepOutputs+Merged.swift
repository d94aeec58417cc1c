// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension StepOutputs {
    /// What several executions hand on together: what those that have it agree on.
    ///
    /// Together they may hand on as much as one of them may. Of more nothing is taken, so that nobody goes on with half of it.
    package struct Merged: Sendable {
        private var agreed: [String: String] = [:]
        private var disputed: Set<String> = []
        private var bytes = 0
        /// So far beyond all limits that nothing more is looked at.
        private var isEndless = false

        /// What may become disputed later counts only so far, times the limits.
        private static let slack = 16

        package init() {}

        package mutating func add(_ values: [String: String]) {
            guard !self.isEndless else { return }
            for (key, value) in values where !self.disputed.contains(key) {
                guard let known = self.agreed[key] else {
                    self.agreed[key] = value
                    self.bytes += value.utf8.count
                    continue
                }
                guard known != value else { continue }
                self.agreed[key] = nil
                self.bytes -= known.utf8.count
                self.disputed.insert(key)
            }
            self.isEndless =
                self.agreed.count + self.disputed.count > StepOutputs.countLimit * Self.slack
                || self.bytes > StepOutputs.fileLimit * Self.slack
        }

        /// What is wrong with it; nil = nothing.
        package var fault: Fault? {
            let count = StepOutputs.countLimit
            let bytes = StepOutputs.fileLimit
            guard self.isEndless || self.agreed.count > count || self.bytes > bytes else { return nil }
            return Fault(
                line: nil,
                message: "its executions together have more than \(count) outputs or \(bytes) bytes of them"
            )
        }

        /// Nothing when there is a ``fault``.
        package var values: [String: String] { self.fault == nil ? self.agreed : [:] }
    }
}
