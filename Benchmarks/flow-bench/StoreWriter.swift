// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowStore
import Foundation

/// Writes until it is killed, and says what is durable: the child of the store's crash test.
struct StoreWriter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store-writer",
        abstract: "Writes to a store until it is killed (for tests).",
        shouldDisplay: false
    )

    @Argument(help: "Database file.")
    var path: String

    func run() async throws {
        let store = try SQLiteStore.open(path: self.path)
        var load = try await StoreLoad(store: store, jobs: 20, agents: 2)
        while true {
            let outcomes = try await store.fire(load.nextFires(7), online: load.online, recent: nil, at: load.now)
            _ = try load.note(outcomes)
            for case .fired(_, let executions, _) in outcomes {
                for execution in executions { Self.say("fired \(execution.id)") }
            }
            let batches = load.nextReports(executions: 3)
            _ = try await store.apply(batches, at: load.now)
            for report in batches.flatMap(\.reports) where report.status.isTerminal {
                Self.say("ended \(report.executionID)")
            }
        }
    }

    /// Written at once: what the parent has read, it may hold us to.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
