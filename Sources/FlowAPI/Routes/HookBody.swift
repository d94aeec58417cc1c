// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// A webhook, read from a request.
struct HookBody {
    let draft: HookDraft
    /// One that the sender has given; nil = a fresh one, or the one that is stored.
    let secret: String?
    /// A fresh one is wanted.
    let rotates: Bool

    init(_ body: JSON, isUpdate: Bool) throws {
        var reader = try FieldReader(body)
        let name = reader.requiredString("name")
        if !reader.has("format") { reader.fault("format", "required", "this field is required") }
        let format: HookFormat? = reader.choice("format")
        let topic = reader.string("topic")
        let file = Self.file(&reader)
        let addresses = Self.addresses(&reader)
        let mapping = Self.mapping(&reader)
        let conditions = Self.conditions(&reader)
        let isEnabled = reader.bool("enabled") ?? true
        self.secret = reader.string("secret")
        self.rotates = isUpdate ? reader.bool("rotate") ?? false : false
        if self.rotates, self.secret != nil {
            reader.fault("rotate", "conflict", "a fresh secret and a given one exclude each other")
        }
        if format == .stripe, !isUpdate, self.secret == nil {
            reader.fault("secret", "required", "Stripe makes the secret: take the one it shows, whsec_…")
        }
        try reader.finish()
        self.draft = HookDraft(
            name: name,
            format: format ?? .token,
            topic: topic,
            file: file,
            addresses: addresses,
            mapping: mapping,
            conditions: conditions,
            isEnabled: isEnabled
        )
    }

    private static func file(_ reader: inout FieldReader) -> FileTrigger? {
        guard var fields = reader.object("file") else { return nil }
        let path = fields.requiredString("path")
        let settle = fields.int("settle_seconds") ?? FileTrigger.standardSettle
        fields.close()
        return FileTrigger(path: path, settleSeconds: settle)
    }

    private static func addresses(_ reader: inout FieldReader) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for (index, text) in (reader.strings("addresses") ?? []).enumerated() {
            if let range = AddressRange(text) {
                ranges.append(range)
            } else {
                reader.fault(
                    "addresses[\(index)]",
                    "syntax",
                    "'\(text)' is no address and no block such as 192.0.2.0/24"
                )
            }
        }
        return ranges
    }

    private static func mapping(_ reader: inout FieldReader) -> [HookMapping] {
        var found: [HookMapping] = []
        guard var entries = reader.objects("params") else { return [] }
        for index in entries.indices {
            let name = entries[index].requiredString("name")
            let pointer = Self.pointer(&entries[index])
            let fallback = entries[index].string("default")
            entries[index].close()
            if let pointer { found.append(HookMapping(parameter: name, pointer: pointer, fallback: fallback)) }
        }
        return found
    }

    private static func conditions(_ reader: inout FieldReader) -> [HookCondition] {
        var found: [HookCondition] = []
        guard var entries = reader.objects("when") else { return [] }
        for index in entries.indices {
            let pointer = Self.pointer(&entries[index])
            if !entries[index].has("is") { entries[index].fault("is", "required", "this field is required") }
            let values = entries[index].strings("is") ?? []
            entries[index].close()
            if let pointer { found.append(HookCondition(pointer: pointer, values: values)) }
        }
        return found
    }

    private static func pointer(_ reader: inout FieldReader) -> JSONPointer? {
        let text = reader.requiredString("pointer")
        guard let pointer = JSONPointer(text) else {
            reader.fault("pointer", "syntax", "'\(text)' is no JSON pointer such as /repository/full_name (RFC 6901)")
            return nil
        }
        return pointer
    }
}
