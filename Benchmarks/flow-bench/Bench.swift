// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Measures parts of QuartzFlow on this machine; one subcommand per part.
///
/// Figures are lines of `name value unit`. They say something only beside a floor measured in the same run, on a machine
/// that does nothing else.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow-bench",
        abstract: "Measures parts of QuartzFlow on this machine.",
        subcommands: [
            CronBench.self, FireBench.self, StoreBench.self, RetentionBench.self, NoOpAgent.self, StoreWriter.self,
            Fleet.self, FillJobs.self, FillOutbox.self,
        ]
    )
}
