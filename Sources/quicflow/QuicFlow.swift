// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command of operators and hosts.
@main
struct QuicFlow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quicflow",
        abstract: "Distributed cron over QUIC: the agent of a host and the tools around it.",
        subcommands: [CronCommand.self]
    )
}
