// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension StepOutputs {
    /// What of some values can be handed on, in their order.
    package struct Fitting: Hashable, Sendable {
        package private(set) var values: [String: String] = [:]
        /// Names of those that can't: too many, too long, no name that an output may have, or not text.
        package private(set) var left: [String] = []

        /// - Parameter values: of a name that comes twice the last counts.
        package init(_ values: [(name: String, value: String)]) {
            var bytes = 0
            for (name, value) in values {
                let known = self.values[name]
                let size = StepOutputs.size(name, value) - (known.map { StepOutputs.size(name, $0) } ?? 0)
                guard StepOutputs.isKey(name), value.utf8.count <= StepOutputs.valueLimit, !value.utf8.contains(0),
                    known != nil || self.values.count < StepOutputs.countLimit,
                    bytes + size <= StepOutputs.fileLimit
                else {
                    self.left.append(name)
                    continue
                }
                self.values[name] = value
                bytes += size
            }
        }
    }

    private static let end = "QF_END"

    /// Bytes of it in a file, at most.
    private static func size(_ name: String, _ value: String) -> Int {
        name.utf8.count + value.utf8.count + 2 * (self.end.utf8.count + 21) + 4
    }

    /// The text of a file with these values, which ``parse(_:)`` reads again.
    package static func text(of values: [String: String]) -> String {
        values.sorted { $0.key < $1.key }.map { name, value in
            let lines = Set(value.split(separator: "\n", omittingEmptySubsequences: false))
            var end = self.end
            var number = 0
            // A line of the value that reads like the end would be taken for it.
            while lines.contains(where: { $0.utf8.elementsEqual(end.utf8) }) {
                number += 1
                end = "\(self.end)\(number)"
            }
            return "\(name)<<\(end)\n\(value)\n\(end)\n"
        }.joined()
    }
}
