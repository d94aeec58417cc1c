// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// How often a task runs at once, what becomes of late fires, and when a failed run is tried again.
struct PolicyFields: ParsableArguments {
    @Option(help: "What a fire does while the task still runs: skip, queue_one, queue, cancel_previous or allow.")
    var overlap: String?

    @Option(help: "Runs at once on one host, 1 to 100.")
    var concurrency: Int?

    @Option(help: "Runs that wait with --overlap queue, 1 to 100.")
    var queueLimit: Int?

    @Option(help: "Pool of places that tasks share on each host, NAME:PLACES such as db-heavy:3, or 'none'.")
    var pool: String?

    @Option(help: "What a host does without a connection to a server: run, skip, or run_for with --offline-max.")
    var offline: String?

    @Option(help: "Seconds for which --offline run_for goes on, 60 to 31536000.")
    var offlineMax: Int?

    @Option(help: "What happens to missed fires: fire_once, fire_all or skip.")
    var misfire: String?

    @Option(help: "The most missed fires that fire_all runs, 1 to 1000.")
    var misfireLimit: Int?

    @Option(help: "Seconds after which a fire counts as missed.")
    var misfireThreshold: Double?

    @Option(help: "Seconds after which a missed fire is not run any more.")
    var catchUp: Double?

    @Option(help: "Seconds after which a run that could not start is given up.")
    var startDeadline: Int?

    @Option(help: "Start up to so many seconds later, each host at its own moment.")
    var jitter: Double?

    @Option(help: "Seconds before the first retry.")
    var retryInterval: Int?

    @Option(help: "Each further pause is longer by this factor, 1 to 10.")
    var retryBackoff: Double?

    @Option(help: "No pause between retries is longer; seconds.")
    var retryMaxInterval: Int?

    @Option(help: "Up to this percentage of a pause is taken off by chance.")
    var retryJitter: Int?

    @Option(help: "Retry only after this: business (exit code 1), technical, timeout, interrupted; repeat for several.")
    var retryOn: [String] = []

    @Option(help: "After the agent or host died meanwhile: retry, fail, or 'as-retry-on', which counts as a retry.")
    var onInterrupt: String?

    @Option(help: "Pause after so many failed runs in a row, 1 to 1000; 0 = never.")
    var pauseAfterFailures: Int?

    @Option(help: "What an edit does while the task runs: pinned (runs end as they began) or refuse.")
    var onEdit: String?

    @Option(help: "What disabling does to running executions: finish or stop.")
    var onDisable: String?

    /// Writes what was given into a request's body.
    func apply(to body: inout JSONValue) throws {
        let texts = [("overlap", self.overlap), ("misfire", self.misfire), ("offline", self.offline)]
        for case (let field, let value?) in texts { body[field] = .string(value) }
        let numbers = [
            ("concurrency", self.concurrency), ("queue_limit", self.queueLimit), ("misfire_limit", self.misfireLimit),
            ("start_deadline_seconds", self.startDeadline), ("retry_interval", self.retryInterval),
            ("retry_max_interval", self.retryMaxInterval), ("retry_jitter", self.retryJitter),
            ("offline_max_seconds", self.offlineMax),
        ]
        for case (let field, let value?) in numbers { body[field] = .integer(Int64(value)) }
        let decimals = [
            ("misfire_threshold_seconds", self.misfireThreshold), ("catch_up_seconds", self.catchUp),
            ("jitter_seconds", self.jitter), ("retry_backoff", self.retryBackoff),
        ]
        for case (let field, let value?) in decimals {
            body[field] = Int64(exactly: value).map(JSONValue.integer) ?? .number(value)
        }
        let standing = [("on_edit_while_running", self.onEdit), ("on_disable_while_running", self.onDisable)]
        for case (let field, let value?) in standing { body[field] = .string(value) }
        if let failures = self.pauseAfterFailures {
            body["pause_after_failures"] = failures == 0 ? .null : .integer(Int64(failures))
        }
        if let pool { body["pool"] = pool == "none" ? .null : try Self.pool(pool) }
        if !self.retryOn.isEmpty { body["retry_on"] = .array(self.retryOn.map(JSONValue.string)) }
        if let offline = self.offline, offline != "run_for", self.offlineMax == nil {
            body["offline_max_seconds"] = .null
        }
        self.applyInterruption(to: &body)
        // A limit of fire_all means nothing to another policy.
        if let misfire = self.misfire, misfire != "fire_all", self.misfireLimit == nil { body["misfire_limit"] = .null }
    }

    /// `fail` and the cause `interrupted` exclude each other: the one that is said now counts.
    private func applyInterruption(to body: inout JSONValue) {
        if let onInterrupt {
            body["on_interrupt"] = onInterrupt == "as-retry-on" ? .null : .string(onInterrupt)
            guard onInterrupt == "fail", self.retryOn.isEmpty, case .array(let causes) = body["retry_on"] else {
                return
            }
            body["retry_on"] = .array(causes.filter { $0.string != "interrupted" })
        } else if self.retryOn.contains("interrupted"), body["on_interrupt"].string == "fail" {
            body["on_interrupt"] = .null
        }
    }

    private static func pool(_ text: String) throws -> JSONValue {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let places = Int64(parts[1]) else {
            throw CommandFailure(.usage, "--pool needs a name and a number of places such as db-heavy:3, or 'none'")
        }
        return .object(["name": .string(String(parts[0])), "places": .integer(places)])
    }
}
