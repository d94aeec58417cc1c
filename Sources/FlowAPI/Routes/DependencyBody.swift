// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The fields of a task that say which others start it (`docs/flows.md`).
enum DependencyBody {
    /// Known, and not there yet: better refused than taken for something else.
    private static let missing = ["coalesce", "interval", "wait_away", "while_disabled", "from"]

    /// - Returns: nil when nobody says anything of it; no edges = it waits for nothing.
    static func read(_ reader: inout FieldReader) -> JobDependencies? {
        for name in self.missing where reader.take(name) != nil {
            reader.fault(name, "unsupported", "this version has no '\(name)' of dependencies yet; leave it out")
        }
        let join: DependencyJoin? = reader.choice("join")
        let match: DependencyMatch? = reader.choice("match")
        if match == .pair, join == .any {
            reader.fault("match", "conflict", "with join 'any' nothing is paired; leave one of them out")
        }
        let age = reader.int("max_age_seconds")
        let mode = self.mode(&reader)
        let deadline = self.deadline(&reader)
        let numbers = reader.integers("task_dependencies")
        guard let objects = reader.objects("dependencies") else {
            if numbers == nil {
                for (name, isSet) in [
                    ("join", join != nil), ("match", match != nil), ("max_age_seconds", age != nil),
                    ("dependency_mode", mode != nil), ("deadline", deadline != nil),
                ] where isSet {
                    reader.fault(name, "conflict", "this belongs to 'dependencies'; say those too, or leave it out")
                }
            }
            return numbers.map {
                self.dependencies($0.map { DependencyEdge(parent: $0) }, join, match, mode, age, deadline)
            }
        }
        if numbers != nil {
            reader.fault("task_dependencies", "conflict", "this says the same as 'dependencies'; leave one of them out")
        }
        var edges: [DependencyEdge] = []
        for var object in objects {
            if !object.has("task_id") { object.fault("task_id", "required", "say which task it waits for") }
            let parent = object.integer("task_id") ?? 0
            let outcome: DependencyOutcome = object.choice("on") ?? .success
            let share = self.share(&object)
            let handed = object.dictionary("parameters") ?? [:]
            edges.append(
                DependencyEdge(
                    parent: parent,
                    on: outcome,
                    hosts: share,
                    parameters: handed.isEmpty ? nil : handed
                )
            )
            object.close()
        }
        return self.dependencies(edges, join, match, mode, age, deadline)
    }

    private static func dependencies(
        _ edges: [DependencyEdge],
        _ join: DependencyJoin?,
        _ match: DependencyMatch?,
        _ mode: DependencyMode?,
        _ age: Int?,
        _ deadline: DependencyDeadline?
    ) -> JobDependencies {
        JobDependencies(
            edges: edges,
            join: join ?? .all,
            match: match ?? .latest,
            mode: mode,
            maxAgeSeconds: age ?? JobDependencies.standardMaxAge,
            deadline: deadline
        )
    }

    private static func mode(_ reader: inout FieldReader) -> DependencyMode? {
        guard let word = reader.string("dependency_mode") else { return nil }
        if let mode = DependencyMode(rawValue: word) { return mode }
        if word == "gate" || word == "both" {
            reader.fault(
                "dependency_mode",
                "unsupported",
                "a schedule can't wait for parents yet: 'start' lets them start runs of their own beside it"
            )
        } else {
            reader.fault("dependency_mode", "value", "'\(word)' is none of 'start'")
        }
        return nil
    }

    private static func deadline(_ reader: inout FieldReader) -> DependencyDeadline? {
        guard var object = reader.object("deadline") else { return nil }
        defer { object.close() }
        let at = object.string("at")
        let zone = object.string("timezone")
        let after = object.integer("after_seconds")
        var action = DependencyDeadline.Action.skip
        if let word = object.string("on_deadline") {
            if let known = DependencyDeadline.Action(rawValue: word) {
                action = known
            } else {
                object.fault("on_deadline", "value", "'\(word)' is none of 'skip', 'run', 'alarm'")
            }
        }
        guard let at else {
            guard let after else {
                object.fault("at", "required", "say a time of day, or after_seconds")
                return nil
            }
            if zone != nil { object.fault("timezone", "conflict", "this belongs to 'at'; leave it out") }
            let milliseconds = min(max(after, 0), 1 << 40) * 1000
            return DependencyDeadline(due: .after(milliseconds: milliseconds), action: action)
        }
        if after != nil { object.fault("after_seconds", "conflict", "say 'at' or 'after_seconds', not both") }
        guard let time = DependencyDeadline.time(at) else {
            object.fault("at", "syntax", "'\(at)' is no time of day such as 08:00")
            return nil
        }
        return DependencyDeadline(
            due: .daily(hour: time.hour, minute: time.minute, timeZone: zone ?? "UTC"),
            action: action
        )
    }

    static func json(_ deadline: DependencyDeadline?) -> JSON {
        guard let deadline else { return .null }
        let action = JSON.Member("on_deadline", deadline.action.rawValue)
        return switch deadline.due {
        case .after(let milliseconds): .object([.init("after_seconds", milliseconds / 1000), action])
        case .daily(_, _, let timeZone):
            .object([.init("at", deadline.timeText), .init("timezone", timeZone), action])
        }
    }

    private static func share(_ reader: inout FieldReader) -> HostShare? {
        switch reader.take("hosts") {
        case nil: return nil
        case .string("all")?: return .all
        case .string("any")?: return .any
        case .object(let members)? where members.count == 1 && members[0].name == ExactText("ratio"):
            let ratio: Double? =
                switch members[0].value {
                case .integer(let whole): Double(whole)
                case .number(let number): number
                default: nil
                }
            if let ratio, (0.001...1).contains(ratio) { return .ratio(permille: Int((ratio * 1000).rounded())) }
            reader.fault("hosts.ratio", "range", "a share of hosts is a number from 0.001 to 1")
        default:
            reader.fault("hosts", "value", #"say "all", "any", or a share such as {"ratio": 0.8}"#)
        }
        return nil
    }

    /// As a task shows it; null where it waits for nothing.
    static func members(_ dependencies: JobDependencies?) -> [JSON.Member] {
        [
            .init("dependencies", (dependencies?.edges ?? []).map { JSON.object(self.members($0)) }),
            .init("join", dependencies?.join.rawValue),
            .init("match", dependencies?.match.rawValue),
            .init("max_age_seconds", dependencies?.maxAgeSeconds),
            .init("dependency_mode", dependencies?.mode?.rawValue),
            .init("deadline", self.json(dependencies?.deadline)),
        ]
    }

    static func members(_ edge: DependencyEdge) -> [JSON.Member] {
        let hosts: JSON =
            switch edge.hosts {
            case .all: .string("all")
            case .any: .string("any")
            case .ratio(let permille): .object([.init("ratio", PolicyBody.decimal(Int64(permille)))])
            }
        return [.init("task_id", edge.parent), .init("on", edge.on.rawValue), .init("hosts", hosts)]
            + (edge.parameters.map { [.init("parameters", $0)] } ?? [])
    }
}
