// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A task that an import would make, as its report and its request need it.
protocol ImportCandidate {
    /// Where it comes from.
    var file: String { get }
    var line: Int { get }
    var name: String { get }
    /// When it runs, in few words.
    var scheduleText: String { get }
    var zoneText: String { get }
    /// Whom it ran as; nil where that was not said.
    var user: String? { get }
    /// What runs the command: a program, or `HTTP`.
    var runner: String { get }
    var command: String { get }
    var isEnabled: Bool { get }
    /// The body of the request that makes it, but for the groups.
    var body: JSONValue { get }
}

/// What an import of some format would make, and what has to be said about it.
protocol ImportPlan {
    var candidates: [any ImportCandidate] { get }
    /// By file, in the order of lines.
    var remarks: [ImportRemark] { get }
    /// What is other than before for every job.
    var notes: [Wording] { get }
}

extension ImportPlan {
    var hasErrors: Bool { self.remarks.contains { $0.severity == .error } }
}

extension ImportedTask: ImportCandidate {
    var scheduleText: String { self.expression }
    var zoneText: String { self.timeZone }
    var runner: String { self.shell }
}

extension CrontabImport: ImportPlan {
    var candidates: [any ImportCandidate] { self.tasks }

    /// The whole table is in docs/migrating-from-cron.md.
    var notes: [Wording] {
        guard !self.tasks.isEmpty else { return [] }
        return [
            self.limitNote,
            "a fire is skipped while the run before it still runs; cron starts another",
            "output is kept with each run and not mailed",
        ]
    }

    private var limitNote: Wording {
        switch self.timeout {
        case Policies.unlimited: "runs have no time limit, as under cron"
        case ImportedTask.timeoutSeconds: "a run longer than \(self.timeout / 86_400) days is ended; cron had no limit"
        default: "a run longer than \(self.timeout) s is ended; cron had no limit"
        }
    }
}
