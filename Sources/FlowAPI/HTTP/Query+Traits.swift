// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension Query {
    /// What tasks are now: `executor_type` and `label`.
    mutating func traits() -> JobTraits {
        // Where a route reads the group itself, nothing of it is left here.
        JobTraits(kinds: self.executors(), labels: self.labels(), group: self.integer("group_id"))
    }

    /// Numbers (C-05) or words.
    private mutating func executors() -> Set<String> {
        guard let text = self.word("executor_type") else { return [] }
        var kinds: Set<String> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if let number = Int(word), Self.executorKinds.indices.contains(number - 1) {
                kinds.insert(Self.executorKinds[number - 1])
            } else if Self.executorKinds.contains(word) {
                kinds.insert(word)
            } else {
                let known = Self.executorKinds.joined(separator: ", ")
                self.fault(
                    "executor_type",
                    "value",
                    "'\(word)' is none of 1 to \(Self.executorKinds.count) or \(known)"
                )
            }
        }
        return kinds
    }

    /// `name`, or `name=value`.
    private mutating func labels() -> [JobTraits.Label] {
        guard let text = self.word("label") else { return [] }
        let words = text.split(separator: "\u{0}", omittingEmptySubsequences: false)
        guard words.count <= Self.labelCountLimit else {
            self.fault("label", "too_many", "at most \(Self.labelCountLimit) labels can be looked for at once")
            return []
        }
        return words.compactMap { word in
            guard word.unicodeScalars.count <= Self.labelLimit else {
                self.fault("label", "length", "a label to look for has at most \(Self.labelLimit) characters")
                return nil
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = parts.first, !name.isEmpty else {
                self.fault("label", "syntax", "'\(word)' is no label; write its name, or name=value")
                return nil
            }
            return JobTraits.Label(name: name, value: parts.count == 2 ? parts[1] : nil)
        }
    }

    /// By number, from 1 (``Payload/executorType``).
    static let executorKinds = ["shell", "http", "plugin", "sql", "builtin", "container"]
    /// Characters of a label that is looked for, its value included.
    static let labelLimit = 512
    /// Each is a condition of the statement.
    static let labelCountLimit = 10
}

extension Contract {
    /// What ``Query/traits()`` reads.
    var narrowedByTraits: Contract {
        self.query(
            "executor_type",
            .string.with(.init("pattern", "^\(Self.executor)(,\(Self.executor))*$")).about(
                "1 to 5, or \(Query.executorKinds.joined(separator: ", ")); several separated by commas. What the task is now counts."
            ).example("1")
        )
        .query(
            "label",
            .string(upTo: Query.labelLimit, from: 1).about(
                "A label's name, or name=value; repeated (up to \(Query.labelCountLimit) times), all have to hold."
            )
            .example("team=db")
        )
    }

    private static let executor = "([1-5]|\(Query.executorKinds.joined(separator: "|")))"
}
