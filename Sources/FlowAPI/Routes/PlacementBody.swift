// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A task's `placement`: on which hosts of its groups it runs (`docs/scheduling.md`).
enum PlacementBody {
    /// Known, and not there yet: better refused than taken for something else.
    private static let missing = ["requires", "short", "same_host_as"]

    /// - Returns: nil when nobody says anything of it, which keeps what is stored.
    static func read(_ reader: inout FieldReader) -> Placement? {
        guard var object = reader.object("placement") else { return nil }
        defer { object.close() }
        for name in self.missing where object.take(name) != nil {
            object.fault(name, "unsupported", "this version has no '\(name)' of placement yet; leave it out")
        }
        let standard = Placement()
        return Placement(
            kind: self.kind(&object),
            strategy: object.choice("strategy") ?? standard.strategy,
            count: object.int("count"),
            items: object.strings("items"),
            order: self.hosts("order", &object),
            selector: object.string("where"),
            exclude: self.hosts("exclude", &object),
            hashKey: object.string("hash_key"),
            leaseSeconds: object.int("lease_seconds") ?? standard.leaseSeconds,
            isFenced: object.bool("fenced") ?? standard.isFenced,
            waves: WavesBody.read(&object)
        )
    }

    /// A list whose items are executions is a workflow (P10), and whoever looks for it here is told the way.
    private static func kind(_ reader: inout FieldReader) -> Placement.Kind {
        guard reader.peek("kind") == .string("map") else { return reader.choice("kind") ?? .each }
        _ = reader.take("kind")
        reader.fault(
            "kind",
            "unsupported",
            "a list whose items each become an execution is a workflow, not a placement: list, map, collect; begin one with 'quicflow workflow new --map', or in the console: Workflows, New workflow, 'List, map, collect'"
        )
        return .each
    }

    private static func hosts(_ name: String, _ reader: inout FieldReader) -> [AgentID] {
        (reader.strings(name) ?? []).enumerated().compactMap { index, text in
            guard let agent = AgentID(text) else {
                reader.fault("\(name)[\(index)]", "value", "'\(text.prefix(64))' is no id of a host")
                return nil
            }
            return agent
        }
    }

    /// As it is shown: what is read here can be sent back as it is.
    static func json(_ placement: Placement?) -> JSON {
        guard let placement, placement.isCoordinated else { return .object([.init("kind", "each")]) }
        var members: [JSON.Member] = [.init("kind", placement.kind.rawValue)]
        if let waves = placement.waves, !placement.hasSlots {
            if !placement.order.isEmpty { members.append(.init("order", placement.order.map(\.rawValue))) }
            return .object(members + [.init("waves", WavesBody.json(waves))])
        }
        if !placement.isSharded { members.append(.init("strategy", placement.strategy.rawValue)) }
        if let count = placement.count { members.append(.init("count", count)) }
        if let items = placement.items { members.append(.init("items", items)) }
        if !placement.order.isEmpty { members.append(.init("order", placement.order.map(\.rawValue))) }
        if let selector = placement.selector { members.append(.init("where", selector)) }
        if !placement.exclude.isEmpty { members.append(.init("exclude", placement.exclude.map(\.rawValue))) }
        if let key = placement.hashKey { members.append(.init("hash_key", key)) }
        members += [.init("lease_seconds", placement.leaseSeconds), .init("fenced", placement.isFenced)]
        return .object(members)
    }
}
