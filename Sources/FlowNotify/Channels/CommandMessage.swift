// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A message as a program on the server's host gets it: facts in its environment, the whole as JSON on its input.
///
/// Nothing of it is ever an argument or a part of a script.
package struct CommandMessage: Hashable, Sendable {
    /// By name, such as `QF_SUBJECT`; without NUL characters, each at most 4 KiB.
    package let environment: [String: String]
    /// One JSON object: what a webhook gets.
    package let input: [UInt8]

    private static let valueLimit = 4096
    /// Members of the object that are texts of their own in the environment.
    private static let members = ["event", "trigger", "rule", "task_name", "since", "same_failure", "url"]

    package init(_ delivery: NotifyDelivery) {
        self.input = Array(delivery.fields.utf8) + [0x0a]
        let fields = (try? JSONParser.parse(Array(delivery.fields.utf8))) ?? .null
        var values = [
            "QF_DELIVERY_ID": delivery.id.description, "QF_INCIDENT_ID": delivery.incident?.description ?? "",
            "QF_SUBJECT": delivery.subject, "QF_TEXT": delivery.text,
            "QF_RECIPIENTS": delivery.recipients.joined(separator: ","),
            "QF_TASK_ID": delivery.jobID.map { String($0) } ?? "",
        ]
        for name in Self.members {
            if case .string(let text)? = fields[name] { values["QF_" + name.uppercased()] = text }
        }
        self.environment = values.mapValues { value in
            String(value.unicodeScalars.filter { $0.value != 0 }.map { Character($0) }).shortened(
                toBytes: Self.valueLimit
            )
        }
    }

    /// What the end of the program means: 0 = it took the message, 75 (EX_TEMPFAIL of sysexits) = later.
    ///
    /// - Parameters:
    ///   - code: nil when a signal ended it.
    ///   - said: the end of its standard error.
    package static func verdict(code: Int?, said: String) -> DeliveryVerdict {
        let words = TemplateVariables.clean(said.split(separator: "\n").last.map(String.init) ?? "")
        guard let code else { return .again("the program was killed by a signal") }
        let answer = "exit status \(code)" + (words.isEmpty ? "" : ": \(words)")
        switch code {
        case 0: return .delivered
        case 75: return .again(answer)
        default: return .dead(answer)
        }
    }
}
