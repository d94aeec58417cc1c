// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow apply`.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Makes the server's tasks and workflows as the files say.",
        discussion: """
            Nothing is changed when anything in the files is wrong. What somebody else changes meanwhile is left alone \
            (exit code 6) and the others are done; run it again then, it goes on where it stopped.
              quicflow export tasks/ && $EDITOR tasks/nightly.yaml && quicflow apply tasks/
              quicflow apply tasks/ --source shop --prune
            """
    )

    @OptionGroup var files: TaskFileOptions

    func run() async throws {
        var (plan, server) = try await self.files.plan()
        let view = TaskPlanView(plan: plan, source: self.files.source)
        let isForPeople = self.files.options.output.format == .table
        var outcomes: [TaskPlanView.Outcome] = []
        var stopped: CommandFailure?
        // Of new tasks: what waits for one that is not there can't be made.
        var refused: Set<FileKey> = []
        var progress = ProgressLine(of: plan.steps.count, self.files.options.output)
        for (index, step) in plan.steps.enumerated() {
            progress.show(index)
            if let parent = step.parents.first(where: refused.contains) {
                let words = parent.words
                outcomes.append(.skipped("it waits for '\(words.english)', which is not there"))
                if step.action == .create { refused.insert(step.key) }
                progress.clear()
                Terminal.complain("'\(step.name)' was left alone: it waits for '\(words)', which is not there")
                continue
            }
            do {
                try await server.take(step)
                outcomes.append(.done)
                progress.clear()
                if isForPeople { TaskPlanView.say(step, withFields: true) }
            } catch let failure as CommandFailure {
                outcomes.append(.refused(failure))
                if step.action == .create { refused.insert(step.key) }
                progress.clear()
                Terminal.complain("'\(step.key.words)' was left alone: \(failure.text)")
                for detail in failure.details { Terminal.complain("  \(detail)") }
                // Without a server the others would only say the same.
                if failure.status == .unreachable {
                    stopped = failure
                    break
                }
            }
        }
        self.files.options.output.show(view.json(outcomes)) {
            view.sayRest()
            Terminal.say(Self.summary(plan, outcomes))
        }
        if let failure = stopped ?? Self.firstRefusal(outcomes) { throw ExitCode(failure.status.rawValue) }
    }

    private static func firstRefusal(_ outcomes: [TaskPlanView.Outcome]) -> CommandFailure? {
        for case .refused(let failure) in outcomes { return failure }
        return nil
    }

    private static func summary(_ plan: TaskPlan, _ outcomes: [TaskPlanView.Outcome]) -> String {
        var counts: [TaskPlan.Action: Int] = [:]
        for case (let step, .done) in zip(plan.steps, outcomes) { counts[step.action, default: 0] += 1 }
        let left = plan.steps.count - counts.values.reduce(0, +)
        return "\(counts[.create] ?? 0) created, \(counts[.update] ?? 0) changed, \(counts[.delete] ?? 0) deleted, "
            + "\(plan.unchanged) as they were" + (left == 0 ? "" : ", \(left) left alone")
    }
}
