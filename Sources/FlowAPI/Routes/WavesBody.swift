// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A placement's `waves`: how a run goes over its hosts (`docs/scheduling.md`).
enum WavesBody {
    static func read(_ reader: inout FieldReader) -> Waves? {
        guard var object = reader.object("waves") else { return nil }
        defer { object.close() }
        return Waves(
            size: self.size(&object) ?? .hosts(1),
            canary: object.int("canary") ?? 0,
            pauseSeconds: object.int("pause_seconds") ?? 0,
            maxFailurePermille: self.permille(&object) ?? 0
        )
    }

    private static func size(_ reader: inout FieldReader) -> Waves.Size? {
        switch reader.take("size") {
        case .integer(let count)?: return .hosts(Int(clamping: count))
        case .string(let text)?:
            // Bounded before it is read as a number.
            if text.utf8.count <= 8, let size = Waves.Size(text: text) { return size }
        case nil:
            reader.fault("size", "required", "say how many hosts a wave has, or which part of them")
            return nil
        default: break
        }
        reader.fault("size", "value", "a size is a number of hosts, or a part of them such as \"10%\"")
        return nil
    }

    private static func permille(_ reader: inout FieldReader) -> Int? {
        let ratio: Double
        switch reader.take("max_failure_ratio") {
        case nil: return nil
        case .integer(let whole)?: ratio = Double(whole)
        case .number(let number)?: ratio = number
        default: ratio = -1
        }
        guard (0...1).contains(ratio) else {
            reader.fault("max_failure_ratio", "range", "a share of hosts is a number from 0 to 1")
            return nil
        }
        return Int((ratio * 1000).rounded())
    }

    static func json(_ waves: Waves) -> JSON {
        let size: JSON =
            switch waves.size {
            case .hosts(let count): .integer(Int64(count))
            case .percent(let part): .string("\(part)%")
            }
        return .object([
            .init("size", size), .init("canary", waves.canary), .init("pause_seconds", waves.pauseSeconds),
            .init("max_failure_ratio", PolicyBody.decimal(Int64(waves.maxFailurePermille))),
        ])
    }
}
