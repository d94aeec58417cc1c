// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A plan as people and scripts read it.
struct TaskPlanView {
    let plan: TaskPlan
    let source: String?

    /// What became of a step.
    enum Outcome {
        case done
        case refused(CommandFailure)
        /// Something it waits for was refused.
        case skipped(String)
    }

    func show(_ output: OutputOptions, withFields: Bool) {
        output.show(self.json(nil)) {
            for step in self.plan.steps { Self.say(step, withFields: withFields) }
            self.sayRest()
            Terminal.say(
                "\(self.plan.count(.create)) to create, \(self.plan.count(.update)) to change, "
                    + "\(self.plan.count(.delete)) to delete, \(self.plan.unchanged) as they are"
            )
        }
    }

    static func say(_ step: TaskPlan.Step, withFields: Bool) {
        let since: Wording = step.since.isEmpty ? "" : " (on the server since \(step.since))"
        Terminal.say("\(self.sign(step.action)) \(step.key.words)\(since)")
        guard withFields else { return }
        for difference in step.differences {
            Terminal.say("    \(difference.path): \(self.text(difference.old)) -> \(self.text(difference.new))")
        }
    }

    func sayRest() {
        for key in self.plan.extra {
            let name = key.words
            Terminal.say("? \(name) (of source '\(self.source ?? "")', in no file; --prune deletes it)")
        }
    }

    private static func sign(_ action: TaskPlan.Action) -> String {
        switch action {
        case .create: "+"
        case .update: "~"
        case .delete: "-"
        }
    }

    private static func text(_ value: JSONValue?) -> String { value?.compact ?? "(not there)" }

    /// - Parameter outcomes: of each step; nil where nothing was done.
    func json(_ outcomes: [Outcome]?) -> JSONValue {
        .object([
            "steps": .array(
                self.plan.steps.enumerated().map { index, step in
                    var members: [String: JSONValue] = [
                        "action": .string(step.action.rawValue), "kind": .string(step.key.kind.rawValue),
                        "name": .string(step.name),
                        "since": step.since.isEmpty ? .null : .string(step.since),
                        "differences": .array(step.differences.map(Self.json)),
                    ]
                    if let outcomes {
                        switch index < outcomes.count ? outcomes[index] : nil {
                        case .done?: members["outcome"] = "done"
                        case .refused(let failure)?:
                            members["outcome"] = "refused"
                            members["message"] = .string(failure.message)
                            members["details"] = .array(failure.details.map { .string($0.english) })
                        case .skipped(let reason)?:
                            members["outcome"] = "skipped"
                            members["message"] = .string(reason)
                        case nil: members["outcome"] = "not reached"
                        }
                    }
                    return .object(members)
                }
            ),
            "unchanged": .integer(Int64(self.plan.unchanged)),
            "extra": .array(self.plan.extra.map { .string($0.name) }),
        ])
    }

    private static func json(_ difference: TaskPlan.Difference) -> JSONValue {
        .object([
            "path": .string(difference.path), "old": difference.old ?? .null, "new": difference.new ?? .null,
        ])
    }
}
