// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/preferences`: what the console's readers have chosen for their own eyes.
struct PreferenceRoutes: Sendable {
    let preferences: PreferenceService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return Self.answer(try await self.preferences.own(call.principal))
    }

    func change(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let changes = Self.changes(&reader)
        try reader.finish()
        return Self.answer(try await self.preferences.change(changes, by: call.principal))
    }

    private static func changes(_ reader: inout FieldReader) -> [String: String?] {
        var changes: [String: String?] = [:]
        for member in reader.requiredMembers("values") {
            switch member.value {
            case .null: changes.updateValue(nil, forKey: member.name.text)
            case .string(let text): changes.updateValue(text, forKey: member.name.text)
            default: reader.fault("values.\(member.name)", "type", "this is \(member.value.kind), not a string")
            }
        }
        return changes
    }

    private static func answer(_ values: [String: String]) -> APIAnswer {
        let members = values.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value) }
        return .data([.init("values", JSON.object(members))])
    }
}
