// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The rules a webhook has to keep before it is stored.
enum HookValidator {
    static func check(_ draft: HookDraft, secret: String?) throws(CoreError) {
        var faults = FaultCollector()
        faults.require(
            TextRules.isLabelName(draft.name, limit: 64) && !draft.name.utf8.contains(UInt8(ascii: "/")),
            "name",
            "syntax",
            "a webhook's name starts with a letter or digit and goes on with letters, digits, '.', '_' or '-', at most 64"
        )
        switch (draft.format, draft.topic) {
        case (.message, let topic?):
            faults.require(
                HookMessage.isTopic(topic),
                "topic",
                "syntax",
                "a topic is made of at most 128 letters, digits, '.', '_', '-', ':' and '/'"
            )
        case (.message, nil): faults.add("topic", "required", "say which messages start the task: their topic")
        case (_, _?): faults.add("topic", "conflict", "a topic belongs to the format 'message'; leave it out")
        case (_, nil): break
        }
        self.check(draft.file, of: draft.format, &faults)
        faults.require(
            draft.format.isCalled || draft.addresses.isEmpty,
            "addresses",
            "conflict",
            "nobody calls it, so there is no address to look at; leave this out"
        )
        faults.require(draft.addresses.count <= 100, "addresses", "too_many", "at most 100 blocks of addresses")
        faults.require(
            draft.mapping.count <= HookDraft.mappingLimit,
            "params",
            "too_many",
            "at most \(HookDraft.mappingLimit) parameters"
        )
        var names: Set<String> = []
        for (index, entry) in draft.mapping.enumerated() {
            faults.require(
                VariableName.isValid(entry.parameter, limit: VariableName.parameterLimit),
                "params[\(index)].name",
                "name",
                "a parameter's name is made of at most 64 letters, digits and '_' and does not start with a digit"
            )
            faults.require(
                names.insert(entry.parameter.uppercased()).inserted,
                "params[\(index)].name",
                "duplicate",
                "two parameters have the same name apart from case"
            )
        }
        faults.require(
            draft.conditions.count <= HookDraft.conditionLimit,
            "when",
            "too_many",
            "at most \(HookDraft.conditionLimit) conditions"
        )
        for (index, condition) in draft.conditions.enumerated() {
            faults.require(
                (1...50).contains(condition.values.count),
                "when[\(index)].is",
                "length",
                "name 1 to 50 values, one of which has to stand there"
            )
        }
        if let secret { self.check(secret, of: draft.format, &faults) }
        try faults.check("The webhook cannot be saved")
    }

    private static func check(_ file: FileTrigger?, of format: HookFormat, _ faults: inout FaultCollector) {
        guard let file else {
            if format == .file { faults.add("file", "required", "say which files start the task: their path") }
            return
        }
        guard format == .file else {
            return faults.add("file", "conflict", "files belong to the format 'file'; leave this out")
        }
        faults.require(
            FileTrigger.isPath(file.path),
            "file.path",
            "syntax",
            "write an absolute path such as /srv/in/*.csv: '*' and '?' only behind the last '/', and no '..'"
        )
        faults.require(
            FileTrigger.settleRange.contains(file.settleSeconds),
            "file.settle_seconds",
            "range",
            "a file counts when it has not changed for 1 to 86400 seconds"
        )
    }

    private static func check(_ secret: String, of format: HookFormat, _ faults: inout FaultCollector) {
        faults.require(
            (16...256).contains(secret.utf8.count) && secret.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f },
            "secret",
            "length",
            "a secret has 16 to 256 printable ASCII characters without blanks; leave it out for a fresh one"
        )
        switch format {
        case .standard:
            let count = HookSignature.standardKey(secret)?.count ?? 0
            faults.require(
                (16...128).contains(count),
                "secret",
                "syntax",
                "write it as whsec_ and the base64 of 16 to 128 bytes"
            )
        case .token:
            faults.require(
                secret.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                        || "-_".utf8.contains(byte)
                },
                "secret",
                "syntax",
                "it stands in an address: letters, digits, '-' and '_'"
            )
        case .github, .stripe: break
        case .message, .hostJoined, .file:
            faults.add("secret", "conflict", "nobody calls it, so it has no secret; leave this out")
        }
    }
}
