// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension HTTPPayload {
    /// The name under which the answer's status is handed on.
    package static let statusOutput = "status"
    /// Bytes of an answer that are looked through for outputs.
    package static let outputBytes = 1 << 20

    /// What an answer hands on; texts as they stand, everything else as JSON, nothing for null and for what is not there.
    ///
    /// - Parameters:
    ///   - body: nil = it was longer than ``outputBytes``.
    /// - Returns: the values, and what is wrong with the rest.
    package func outputs(status: Int, body: [UInt8]?) -> (values: [String: String], fault: String?) {
        guard let wanted = self.outputs else { return ([:], nil) }
        let base = [Self.statusOutput: "\(status)"]
        guard let body else { return (base, "the answer has more than \(Self.outputBytes) bytes") }
        guard let answer = try? JSONParser.parse(body) else { return (base, "the answer is no JSON") }
        var values: [(name: String, value: String)] = [(Self.statusOutput, "\(status)")]
        for (name, text) in wanted.sorted(by: { $0.key < $1.key }) {
            switch JSONPointer(text)?.find(in: answer) {
            case nil, .null?: continue
            case .string(let text)?: values.append((name, text))
            case let value?: values.append((name, JSONWriter.text(value)))
            }
        }
        let fitting = StepOutputs.Fitting(values)
        guard fitting.left.isEmpty else { return (fitting.values, "too long: \(fitting.left.joined(separator: ", "))") }
        return (fitting.values, nil)
    }
}
