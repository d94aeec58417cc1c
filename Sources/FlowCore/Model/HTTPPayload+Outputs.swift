// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension HTTPPayload {
    /// The name under which the answer's status is handed on.
    package static let statusOutput = "status"
    /// Bytes of an answer that are looked through for outputs.
    package static let outputBytes = 1 << 20

    /// Places of an answer that can be asked about.
    package static let expectedLimit = 50
    /// Bytes of each of them, and of what has to stand there.
    package static let expectedBytes = 1024

    /// A name under which a host's policy has a client certificate.
    package static func isCertificateName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "._-".utf8.contains(byte)
            }
    }

    /// Whether an answer's body is looked at.
    package var readsAnswer: Bool { self.outputs != nil || self.expectedValues != nil }

    /// What of an answer is not as it has to be; nil = nothing.
    ///
    /// - Parameter body: nil = it was longer than ``outputBytes``.
    package func objection(to body: [UInt8]?) -> String? {
        guard let wanted = self.expectedValues, !wanted.isEmpty else { return nil }
        guard let body else { return "the answer has more than \(Self.outputBytes) bytes" }
        guard let answer = try? JSONParser.parse(body) else { return "the answer is no JSON" }
        for (text, value) in wanted.sorted(by: { $0.key < $1.key }) {
            let place = text.isEmpty ? "the answer" : "'\(text)' of the answer"
            let found: String
            switch JSONPointer(text)?.find(in: answer) {
            case nil: return "\(place) is missing"
            case .string(let text)?: found = text
            case let other?: found = JSONWriter.text(other)
            }
            guard found == value else {
                return "\(place) is '\(found.shortened(toBytes: 100))', not '\(value.shortened(toBytes: 100))'"
            }
        }
        return nil
    }

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
