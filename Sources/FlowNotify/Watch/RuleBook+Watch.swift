// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Which rules watch what.
extension RuleBook {
    /// Rules with a deadline, each once: those of jobs, and those by themselves.
    var deadlineRules: [Entry] {
        let own = self.ownRules.map { own in
            Entry(key: Self.key(of: own), rule: own.rule, job: nil, groups: [])
        }
        let jobs = self.allJobs.flatMap { job in
            (job.definition.notify ?? []).filter(\.isEnabled).map { rule in
                Entry(key: Self.key(of: rule, job: job.id), rule: rule, job: job, groups: job.definition.groups)
            }
        }
        return (own + jobs).filter { $0.rule.triggers.contains(where: \.isDeadline) }
    }

    /// Whether some rule goes by how long a job usually takes.
    package func asksWhatIsUsual(of job: JobID) -> Bool {
        self.rules(of: job, on: nil).contains { entry in
            entry.rule.triggers.contains(.runningLongerThan) && entry.rule.watch?.runningFactor != nil
        }
    }
}

/// What a round has to look up, for the rules there are.
package struct WatchNeeds: Sendable {
    /// Milliseconds that an execution may run, or wait, before some rule wants to know; nil = none does.
    package private(set) var running: Int64?
    package private(set) var waiting: Int64?
    package private(set) var hosts = false
    /// Whether a rule asks how long a job usually takes.
    package private(set) var usual = false

    /// Before this no rule with a factor says anything; milliseconds.
    private static let leastRunning: Int64 = 1000

    package init(_ rules: [NotifyRule]) {
        for rule in rules where rule.isEnabled {
            if rule.triggers.contains(.runningLongerThan), let watch = rule.watch {
                let seconds = watch.runningSeconds.map { Int64($0) * 1000 } ?? .max
                let bound = watch.runningFactor == nil ? seconds : Self.leastRunning
                self.running = min(self.running ?? .max, bound)
                if watch.runningFactor != nil { self.usual = true }
            }
            if rule.triggers.contains(.queueWaiting), let seconds = rule.watch?.queueSeconds {
                self.waiting = min(self.waiting ?? .max, Int64(seconds) * 1000)
            }
            if !NotifyTrigger.ofHosts.isDisjoint(with: rule.triggers) { self.hosts = true }
        }
    }
}
