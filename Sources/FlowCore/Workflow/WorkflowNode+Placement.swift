// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where a step runs, when that is not for its task alone to say.
extension Placement {
    /// Reads a step's `placement`; what is wrong with the values is for the task's rules to say.
    ///
    /// - Returns: nil when there is none, or it is wrong.
    static func read(_ reader: inout WorkflowReader) -> Placement? {
        guard let value = reader.take("placement") else { return nil }
        var inner = WorkflowReader(value, at: reader.place("placement"))
        if inner.peek("kind") == .string("map") {
            _ = inner.take("kind")
            inner.fault(
                "kind",
                "unsupported",
                "to go over a list is a kind of step, not a placement: give the step the kind 'map', with 'over' and 'do'"
            )
        }
        let kind: StepKind? = inner.choice("kind")
        let strategy: PlacementStrategy? = inner.choice("strategy")
        let count = inner.integer("count", in: self.slotRange)
        let items = inner.strings("items", upTo: self.slotRange.upperBound)
        let order = self.hosts("order", &inner)
        let selector = inner.string("where", upTo: 1024)
        let exclude = self.hosts("exclude", &inner)
        let key = inner.string("hash_key", upTo: 256)
        inner.finish(notYet: ["requires", "short", "same_host_as", "waves", "lease_seconds", "fenced"])
        if kind == nil, inner.faults.isEmpty {
            inner.fault("kind", "required", "say whether it is one_of, n_of or sharded")
        }
        reader.add(inner.faults)
        guard let kind, inner.faults.isEmpty else { return nil }
        return Placement(
            kind: kind.placement,
            strategy: strategy ?? .leastRunning,
            count: count,
            items: items.isEmpty ? nil : items,
            order: order,
            selector: selector,
            exclude: exclude,
            hashKey: key
        )
    }

    /// What a step can say: on each host is how it runs without a word.
    private enum StepKind: String, CaseIterable {
        case oneOf = "one_of"
        case nOf = "n_of"
        case sharded

        var placement: Kind {
            switch self {
            case .oneOf: .oneOf
            case .nOf: .nOf
            case .sharded: .sharded
            }
        }
    }

    private static func hosts(_ name: String, _ reader: inout WorkflowReader) -> [AgentID] {
        reader.strings(name, upTo: self.hostLimit).enumerated().compactMap { index, text in
            if let agent = AgentID(text) { return agent }
            reader.fault("\(name)[\(index)]", "value", "'\(text.shortened(toBytes: 64))' is no id of a host")
            return nil
        }
    }

    var stepJSON: JSON {
        var members: [JSON.Member] = [.init("kind", self.kind.rawValue)]
        if !self.isSharded { members.append(.init("strategy", self.strategy.rawValue)) }
        if let count { members.append(.init("count", count)) }
        if let items { members.append(.init("items", items)) }
        if !self.order.isEmpty { members.append(.init("order", self.order.map(\.rawValue))) }
        if let selector { members.append(.init("where", selector)) }
        if !self.exclude.isEmpty { members.append(.init("exclude", self.exclude.map(\.rawValue))) }
        if let hashKey { members.append(.init("hash_key", hashKey)) }
        return .object(members)
    }

    /// A task's own placement as a step narrows it: never to hosts that the task does not go to, and not to more of them.
    ///
    /// - Parameter own: the task's; nil = it runs on each host, and any choice among these is narrower.
    package func narrowing(_ own: Placement?) -> Placement {
        guard let own, own.hasSlots else { return self }
        var result = own
        if !own.isSharded {
            result.strategy = self.strategy
            result.order = self.order
            result.hashKey = self.hashKey
        }
        if own.kind == .nOf, self.kind == .oneOf { result.kind = .oneOf }
        if own.kind == .nOf, self.kind == .nOf { result.count = min(own.slots, self.slots) }
        if result.kind == .oneOf { result.count = nil }
        let selectors = [own.selector, self.selector].compactMap(\.self)
        result.selector = selectors.isEmpty ? nil : selectors.joined(separator: ",")
        result.exclude = Array(Set(own.exclude + self.exclude)).sorted()
        return result
    }
}
