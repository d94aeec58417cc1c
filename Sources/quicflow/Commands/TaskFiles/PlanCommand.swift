// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `quicflow plan`.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Says what 'apply' would do, and changes nothing.",
        discussion: """
            The server checks everything in the files as if it were saved. Exit codes: 0 nothing to do, 7 there is; others as \
            everywhere, 2 when something in the files is wrong.
            """
    )

    @OptionGroup var files: TaskFileOptions

    func run() async throws {
        let (plan, _) = try await self.files.plan()
        TaskPlanView(plan: plan, source: self.files.source).show(self.files.options.output, withFields: false)
        if !plan.steps.isEmpty { throw ExitCode(CommandStatus.differs.rawValue) }
    }
}

/// `quicflow diff`.
struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows where files and server differ, field by field.",
        discussion: "Exit codes as of 'plan'."
    )

    @OptionGroup var files: TaskFileOptions

    func run() async throws {
        let (plan, _) = try await self.files.plan()
        TaskPlanView(plan: plan, source: self.files.source).show(self.files.options.output, withFields: true)
        if !plan.steps.isEmpty { throw ExitCode(CommandStatus.differs.rawValue) }
    }
}
