// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/settings`: what holds for the whole installation.
struct SettingRoutes: Sendable {
    let settings: SettingService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return Self.answer(try await self.settings.all(as: call.principal))
    }

    func change(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let changes = Self.changes(&reader)
        try reader.finish()
        var expected: Int64?
        if let tags = call.ifMatch {
            let revision = try await self.settings.all(as: call.principal).stored.revision
            try tags.require(revision)
            expected = revision
        }
        return Self.answer(try await self.settings.change(changes, expected: expected, as: call.principal))
    }

    private static func changes(_ reader: inout FieldReader) -> [SettingKey: SettingValue?] {
        var changes: [SettingKey: SettingValue?] = [:]
        for member in reader.requiredMembers("values") {
            let name = member.name.text
            guard let key = SettingKey(rawValue: name) else {
                reader.fault("values.\(name)", "unknown_setting", "there is no such setting")
                continue
            }
            switch member.value {
            case .null: changes.updateValue(nil, forKey: key)
            case .integer(let number): changes.updateValue(.integer(number), forKey: key)
            case .string(let text): changes.updateValue(.text(text), forKey: key)
            default: reader.fault("values.\(name)", "type", "a setting is a whole number, a text or null")
            }
        }
        return changes
    }

    // MARK: Presenting

    private static func answer(_ settings: Settings) -> APIAnswer {
        let revision = settings.stored.revision
        let items = SettingKey.allCases.map { JSON.object(Self.members($0, settings[$0])) }
        return .data(
            .object([.init("revision", revision), .init("items", items)]),
            headers: [.eTag: EntityTags.tag(revision)]
        )
    }

    private static func members(_ key: SettingKey, _ entry: Settings.Entry) -> [JSON.Member] {
        let rule = key.rule
        let isFixed = entry.source == .file || entry.source == .environment
        var range: ClosedRange<Int64>?
        var allowsZero = false
        var choices: [String]?
        let type: String
        switch rule.kind {
        case .integer(let limits, let zero):
            (type, range, allowsZero) = ("integer", limits, zero)
        case .choice(let words): (type, choices) = ("choice", words)
        case .timeZone: type = "timezone"
        }
        return [
            .init("key", key.rawValue), .init("section", key.section), .init("type", type),
            .init("value", entry.value.json), .init("default", rule.standard.json),
            .init("source", entry.source.rawValue),
            .init("fixed_by", isFixed ? entry.source.rawValue : nil),
            .init("label", JSON.object([.init("zh", rule.chinese), .init("en", rule.english)])),
            .init("unit", rule.unit), .init("minimum", range?.lowerBound), .init("maximum", range?.upperBound),
            .init("zero", allowsZero), .init("choices", choices),
            // Everything here is asked for at the moment of use.
            .init("needs_restart", false), .init("needs_session", key.isForPeople),
            .init("updated_at", entry.stored?.updatedAt), .init("updated_by", entry.stored?.updatedBy),
        ]
    }
}

extension SettingValue {
    var json: JSON {
        switch self {
        case .integer(let number): .integer(number)
        case .text(let text): .string(text)
        }
    }
}
