// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Yams

/// What a configuration file says: values by dotted key, each with the line it stands on.
struct SettingFile {
    enum Value {
        case text(String)
        case list([String])
        /// A key without a value, or one whose value is neither text nor a list of texts.
        case other(Wording)
    }

    struct Entry {
        let value: Value
        let line: Int?
    }

    /// For messages.
    let name: String
    private(set) var entries: [String: Entry] = [:]

    /// Keys and list elements beyond these are no configuration of this product.
    private static let limit = 1000

    /// - Throws: ``CoreError`` `invalid` naming the line when it is no YAML, or no mapping.
    init(name: String, yaml: String) throws(CoreError) {
        self.name = name
        let root: Node?
        try PlainYAML.check(yaml, name: name)
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw CoreError(.invalid, "\(name) is not valid YAML: \(error)")
        }
        // An empty file sets nothing.
        guard let root, !Self.isNull(root) else { return }
        guard case .mapping(let mapping) = root else {
            throw CoreError(
                .invalid,
                "\(name) has to be a mapping of settings, such as 'http: {listen: 127.0.0.1:8475}'."
            )
        }
        try self.add(mapping, prefix: "")
    }

    private mutating func add(_ mapping: Node.Mapping, prefix: String) throws(CoreError) {
        for (key, value) in mapping {
            guard self.entries.count < Self.limit, let word = key.scalar?.string else {
                throw CoreError(.invalid, "\(self.name)\(Self.place(key)): this is no key of a setting.")
            }
            let path = prefix + word
            switch value {
            case .mapping(let inner) where inner.isEmpty: continue
            case .mapping(let inner): try self.add(inner, prefix: path + ".")
            default:
                guard self.entries[path] == nil else {
                    throw CoreError(.invalid, "\(self.name)\(Self.place(key)): \(path) stands twice.")
                }
                self.entries[path] = Entry(value: Self.value(value), line: key.mark?.line)
            }
        }
    }

    private static func value(_ node: Node) -> Value {
        if self.isNull(node) { return .other("has no value") }
        switch node {
        case .scalar(let scalar): return .text(scalar.string)
        case .sequence(let sequence):
            var texts: [String] = []
            for element in sequence.prefix(self.limit) {
                guard !self.isNull(element), let text = element.scalar?.string else {
                    return .other("has an element that is no text")
                }
                texts.append(text)
            }
            return .list(texts)
        case .mapping: return .other("is a mapping")
        case .alias: return .other("is an alias")
        }
    }

    private static func isNull(_ node: Node) -> Bool { node.scalar != nil && node.null != nil }

    private static func place(_ node: Node) -> String { node.mark.map { ":\($0.line)" } ?? "" }
}
