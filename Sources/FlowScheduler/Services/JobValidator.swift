// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// The rules a job has to keep before it is stored (S1-FR-1.1, S2-5).
///
/// Pure; collects every fault.
struct JobValidator {
    /// The groups of the draft that exist.
    let knownGroups: Set<GroupID>
    let now: Timestamp
    /// The schedule of the version before; nil for a new job.
    let previous: ScheduleSpec?
    let uid: JobUID
    /// Names of channels; nil = not known here.
    var knownChannels: Set<String>?
    /// Those that the draft names, as far as there are such.
    var knownCalendars: [String: HolidayCalendar] = [:]
    /// Seconds.
    var longestTimeout = Policies.timeoutRange.upperBound
    /// Executions at once.
    var mostAtOnce = 100
    /// Headers that say who somebody is where a proxy of ours sends them; in lower case.
    var reservedHeaders: Set<String> = []
    var faults = FaultCollector()

    init(knownGroups: Set<GroupID>, now: Timestamp, previous: ScheduleSpec?, uid: JobUID) {
        self.knownGroups = knownGroups
        self.now = now
        self.previous = previous
        self.uid = uid
    }

    /// - Returns: what to store; nil when there are faults.
    mutating func validate(_ draft: JobDraft) -> (JobDefinition, CompiledSchedule)? {
        self.checkTexts(draft)
        self.check(draft.policies)
        if let failures = draft.standing.pauseAfterFailures {
            self.range(failures, StandingPolicies.failuresRange, "pause_after_failures", "failed runs in a row")
        }
        switch draft.payload {
        case .shell(let shell): self.check(shell)
        case .http(let http): self.check(http)
        case .plugin(let plugin): self.check(plugin)
        case .sql(let sql): self.check(sql)
        case .builtin(let builtin): self.check(builtin)
        case .container(let container): self.check(container)
        }
        self.checkGroups(draft.groups)
        Self.checkLabels(draft.labels, &self.faults)
        if let rules = draft.notify {
            var validator = NotifyValidator(channels: self.knownChannels)
            validator.checkTask(rules)
            for fault in validator.faults.details { self.faults.add(fault.path, fault.code, fault.text) }
        }
        self.check(draft.parameters)
        self.checkAddress(of: draft.payload, draft.parameters)
        let schedule = self.resolve(draft.schedule, limits: draft.limits)
        if let schedule, schedule.0 != .manual {
            let given = Set(draft.parameters.filter { $0.defaultValue != nil }.map(\.name))
            self.checkParameters(of: draft.payload, given: given)
        }
        guard self.faults.isEmpty, let schedule else { return nil }
        let definition = JobDefinition(
            name: draft.name,
            description: draft.description,
            payload: draft.payload,
            schedule: schedule.0,
            policies: draft.policies,
            groups: Array(Set(draft.groups)).sorted(),
            labels: draft.labels,
            notify: draft.notify.flatMap { $0.isEmpty ? nil : $0 },
            standing: draft.standing == StandingPolicies() ? nil : draft.standing,
            parameters: draft.parameters.isEmpty ? nil : draft.parameters
        )
        return (definition, schedule.1)
    }

    private mutating func checkTexts(_ draft: JobDraft) {
        let trimmed = draft.name.trimmingCharacters(in: .whitespaces)
        self.faults.require(
            !trimmed.isEmpty && TextRules.length(draft.name) <= 128,
            "name",
            "length",
            "a name has 1 to 128 characters"
        )
        self.faults.require(trimmed == draft.name, "name", "blanks", "a name does not start or end with a blank")
        self.faults.require(
            !TextRules.hasControlCharacters(draft.name),
            "name",
            "characters",
            "a name has no control characters"
        )
        self.faults.require(
            TextRules.length(draft.description) <= 512 && !draft.description.utf8.contains(0),
            "description",
            "length",
            "a description has at most 512 characters"
        )
    }

    mutating func range(_ value: Int, _ allowed: ClosedRange<Int>, _ path: String, _ unit: Wording) {
        self.faults.require(
            allowed.contains(value),
            path,
            "range",
            "\(value) is outside \(allowed.lowerBound) to \(allowed.upperBound) \(unit)"
        )
    }

    private mutating func checkGroups(_ groups: [GroupID]) {
        self.faults.require(!groups.isEmpty, "group_ids", "required", "choose at least one group; 1 is all hosts")
        self.faults.require(groups.count <= 1000, "group_ids", "too_many", "at most 1000 groups")
        for (index, group) in groups.enumerated() where !self.knownGroups.contains(group) {
            self.faults.add("group_ids[\(index)]", "not_found", "there is no group \(group)")
        }
    }

    static func checkLabels(_ labels: [String: String], _ faults: inout FaultCollector) {
        faults.require(labels.count <= 32, "labels", "too_many", "at most 32 labels")
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            faults.require(
                TextRules.isLabelName(name),
                "labels.\(name)",
                "name",
                "a label's name starts with a letter or digit and goes on with letters, digits, '.', '_', '/' or '-', at most 63"
            )
            faults.require(
                TextRules.length(value) <= 256 && !TextRules.hasControlCharacters(value),
                "labels.\(name)",
                "value",
                "a label's value has at most 256 characters and no control characters"
            )
        }
    }
}
