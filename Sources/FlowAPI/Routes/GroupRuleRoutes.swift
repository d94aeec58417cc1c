// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/group-rules`: hosts into groups by what they are (S1-FR-3.2).
struct GroupRuleRoutes: Sendable {
    let groups: GroupService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return .data(Self.answer(try await self.groups.rules(as: call.principal)))
    }

    /// Replaces all rules.
    func replace(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let rules = Self.rules(&reader)
        if rules == nil { reader.fault("rules", "required", "this field is required") }
        try reader.finish()
        try await self.groups.setRules(rules ?? [], as: call.principal)
        return .data(Self.answer(rules ?? []))
    }

    /// Without `rules` the ones in force are tried.
    func preview(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let rules = Self.rules(&reader)
        try reader.finish()
        return .data(Self.answer(try await self.groups.preview(rules, as: call.principal)))
    }

    func apply(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return .data(Self.answer(try await self.groups.applyRules(as: call.principal)))
    }

    // MARK: JSON

    private static func rules(_ reader: inout FieldReader) -> [GroupRule]? {
        reader.objects("rules")?.map { reader in
            var reader = reader
            if !reader.has("group_id") { reader.fault("group_id", "required", "this field is required") }
            let group = reader.integer("group_id") ?? 0
            let addresses = (reader.strings("addresses") ?? []).enumerated().compactMap { index, text in
                let range = AddressRange(text)
                if range == nil {
                    reader.fault(
                        "addresses[\(index)]",
                        "syntax",
                        "'\(text)' is no address or block of addresses, such as 192.0.2.0/24 or 2001:db8::/32"
                    )
                }
                return range
            }
            let hostnames = (reader.strings("hostnames") ?? []).enumerated().compactMap { index, text in
                let pattern = HostPattern(text)
                if pattern == nil {
                    reader.fault(
                        "hostnames[\(index)]",
                        "syntax",
                        "a pattern has 1 to \(HostPattern.limit) bytes and no blanks, such as web-*"
                    )
                }
                return pattern
            }
            let rule = GroupRule(
                group: group,
                addresses: addresses,
                hostnames: hostnames,
                labels: reader.dictionary("labels") ?? [:],
                isLast: reader.bool("last") ?? false
            )
            reader.close()
            return rule
        }
    }

    private static func answer(_ rules: [GroupRule]) -> [JSON.Member] {
        let items = rules.map { rule in
            JSON.object([
                .init("group_id", rule.group),
                .init("addresses", rule.addresses.map(\.description)),
                .init("hostnames", rule.hostnames.map(\.text)),
                .init("labels", rule.labels),
                .init("last", rule.isLast),
            ])
        }
        return [.init("rules", items)]
    }

    private static func answer(_ moves: [RuleMove]) -> [JSON.Member] {
        let items = moves.map { move in
            JSON.object([
                .init("client_id", move.agent.id),
                .init("name", move.agent.name),
                .init("group_ids", move.groups),
            ])
        }
        return [.init("total", moves.count), .init("items", items)]
    }
}
