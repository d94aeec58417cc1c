// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One parameter of the run, taken from the body of the call (T3).
package struct HookMapping: Hashable, Sendable, Codable {
    package let parameter: String
    package let pointer: JSONPointer
    /// What it is where the body has nothing there; nil = the call is refused.
    package let fallback: String?

    package init(parameter: String, pointer: JSONPointer, fallback: String? = nil) {
        self.parameter = parameter
        self.pointer = pointer
        self.fallback = fallback
    }
}

/// What a body has to say for its call to start something.
package struct HookCondition: Hashable, Sendable, Codable {
    package let pointer: JSONPointer
    /// One of these.
    package let values: [String]

    package init(pointer: JSONPointer, values: [String]) {
        self.pointer = pointer
        self.values = values
    }

    package func holds(in body: JSON) -> Bool {
        self.pointer.find(in: body).flatMap { $0.parameterText }.map { self.values.contains($0) } ?? false
    }
}

extension HookDraft {
    package static let mappingLimit = 50
    package static let conditionLimit = 20

    /// Whether the body has to be JSON.
    package var readsBody: Bool { !self.mapping.isEmpty || !self.conditions.isEmpty }

    package func admits(_ body: JSON) -> Bool { self.conditions.allSatisfy { $0.holds(in: body) } }

    /// The parameters of the run, and the names of those that the body has nothing for.
    package func parameters(from body: JSON) -> (values: [String: String], missing: [HookMapping]) {
        var values: [String: String] = [:]
        var missing: [HookMapping] = []
        for entry in self.mapping {
            if let text = entry.pointer.find(in: body).flatMap({ $0.parameterText }) ?? entry.fallback {
                values[entry.parameter] = text
            } else {
                missing.append(entry)
            }
        }
        return (values, missing)
    }
}

extension JSON {
    /// As a parameter: text as it is, all else as it is written; nothing for null.
    fileprivate var parameterText: String? {
        switch self {
        case .null: nil
        case .string(let text): text
        default: JSONWriter.text(self)
        }
    }
}
