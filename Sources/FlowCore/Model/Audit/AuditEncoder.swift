// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Makes the tree of a value that is audited, without a detour over text.
///
/// Names of fields become snake case, as the API spells them; names of a dictionary's entries stay as they are.
struct AuditEncoder: Encoder {
    fileprivate let node: AuditNode
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    /// - Throws: what the value's own encoding throws.
    static func tree(of value: some Encodable) throws -> AuditValue {
        let node = AuditNode()
        try value.encode(to: AuditEncoder(node: node))
        return node.finished
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(AuditKeyedContainer(node: self.node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { AuditItems(node: self.node) }

    func singleValueContainer() -> any SingleValueEncodingContainer { AuditSingleValue(node: self.node) }
}

/// A place in the tree while it is being filled.
private final class AuditNode {
    enum Part {
        case value(AuditValue)
        case node(AuditNode)

        var finished: AuditValue {
            switch self {
            case .value(let value): value
            case .node(let node): node.finished
            }
        }
    }

    var value: AuditValue?
    var members: [String: Part]?
    var items: [Part]?

    var finished: AuditValue {
        if let members { return .object(members.mapValues(\.finished)) }
        if let items { return .array(items.map(\.finished)) }
        // What encodes nothing of itself has no members.
        return self.value ?? .object([:])
    }
}

private struct AuditKeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: AuditNode
    let isVerbatim = FieldName.isDictionary(Key.self)
    let codingPath: [any CodingKey] = []

    init(node: AuditNode) {
        self.node = node
        if node.members == nil { node.members = [:] }
    }

    private func put(_ value: AuditValue, _ key: Key) { self.node.members?[self.name(key.stringValue)] = .value(value) }

    private func name(_ text: String) -> String { self.isVerbatim ? text : FieldName.snakeCase(text) }

    private func child(_ name: String) -> AuditNode {
        let child = AuditNode()
        self.node.members?[self.name(name)] = .node(child)
        return child
    }

    mutating func encodeNil(forKey key: Key) { self.put(.null, key) }
    mutating func encode(_ value: Bool, forKey key: Key) { self.put(.bool(value), key) }
    mutating func encode(_ value: String, forKey key: Key) { self.put(.string(value), key) }
    mutating func encode(_ value: Double, forKey key: Key) { self.put(.of(value), key) }
    mutating func encode(_ value: Int, forKey key: Key) { self.put(.integer(Int64(value)), key) }
    mutating func encode(_ value: Int64, forKey key: Key) { self.put(.integer(value), key) }
    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        self.put(try AuditEncoder.tree(of: value), key)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(AuditKeyedContainer<Nested>(node: self.child(key.stringValue)))
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        AuditItems(node: self.child(key.stringValue))
    }

    mutating func superEncoder() -> any Encoder { AuditEncoder(node: self.child("super")) }

    mutating func superEncoder(forKey key: Key) -> any Encoder { AuditEncoder(node: self.child(key.stringValue)) }
}

private struct AuditItems: UnkeyedEncodingContainer {
    let node: AuditNode
    let codingPath: [any CodingKey] = []

    init(node: AuditNode) {
        self.node = node
        if node.items == nil { node.items = [] }
    }

    var count: Int { self.node.items?.count ?? 0 }

    private func child() -> AuditNode {
        let child = AuditNode()
        self.node.items?.append(.node(child))
        return child
    }

    mutating func encodeNil() { self.node.items?.append(.value(.null)) }
    mutating func encode(_ value: String) { self.node.items?.append(.value(.string(value))) }
    mutating func encode<Value: Encodable>(_ value: Value) throws {
        self.node.items?.append(.value(try AuditEncoder.tree(of: value)))
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(AuditKeyedContainer<Nested>(node: self.child()))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { AuditItems(node: self.child()) }

    mutating func superEncoder() -> any Encoder { AuditEncoder(node: self.child()) }
}

private struct AuditSingleValue: SingleValueEncodingContainer {
    let node: AuditNode
    let codingPath: [any CodingKey] = []

    mutating func encodeNil() { self.node.value = .null }
    mutating func encode(_ value: Bool) { self.node.value = .bool(value) }
    mutating func encode(_ value: String) { self.node.value = .string(value) }
    mutating func encode(_ value: Double) { self.node.value = .of(value) }
    mutating func encode(_ value: Float) { self.node.value = .of(Double(value)) }
    mutating func encode(_ value: Int) { self.node.value = .integer(Int64(value)) }
    mutating func encode(_ value: Int8) { self.node.value = .integer(Int64(value)) }
    mutating func encode(_ value: Int16) { self.node.value = .integer(Int64(value)) }
    mutating func encode(_ value: Int32) { self.node.value = .integer(Int64(value)) }
    mutating func encode(_ value: Int64) { self.node.value = .integer(value) }
    mutating func encode(_ value: UInt) { self.encode(UInt64(value)) }
    mutating func encode(_ value: UInt8) { self.node.value = .integer(Int64(value)) }
    mutating func encode(_ value: UInt16) { self.node.value = .integer(Int64(value)) }
    mutating func encode(_ value: UInt32) { self.node.value = .integer(Int64(value)) }
    mutating func encode(_ value: UInt64) {
        self.node.value = Int64(exactly: value).map { .integer($0) } ?? .number(Double(value))
    }
    mutating func encode<Value: Encodable>(_ value: Value) throws {
        self.node.value = try AuditEncoder.tree(of: value)
    }
}

extension AuditValue {
    /// A number without a fraction is an integer, as JSON has it.
    fileprivate static func of(_ value: Double) -> AuditValue {
        Int64(exactly: value).map { .integer($0) } ?? .number(value)
    }
}

/// Names of fields as the API spells them, each worked out once.
private enum FieldName {
    /// The names in the code are few; what a value brings along itself may not grow this without end.
    private static let capacity = 2000
    private static let known = Mutex<[String: String]>([:])
    private static let dictionaries = Mutex<[ObjectIdentifier: Bool]>([:])

    /// Whether a container's keys are the entries of a `Dictionary`.
    static func isDictionary(_ type: any CodingKey.Type) -> Bool {
        self.dictionaries.withLock { known in
            if let isDictionary = known[ObjectIdentifier(type)] { return isDictionary }
            let isDictionary = String(describing: type) == "_DictionaryCodingKey"
            known[ObjectIdentifier(type)] = isDictionary
            return isDictionary
        }
    }

    static func snakeCase(_ name: String) -> String {
        if let found = self.known.withLock({ $0[name] }) { return found }
        let made = self.made(name)
        self.known.withLock { if $0.count < self.capacity { $0[name] = made } }
        return made
    }

    /// `maxOutputBytes` becomes `max_output_bytes`, `baseURLPath` becomes `base_url_path`.
    private static func made(_ name: String) -> String {
        let letters = Array(name)
        var result = ""
        for (index, letter) in letters.enumerated() {
            if letter.isUppercase, index > 0, letters[index - 1] != "_" {
                let endsWord = index + 1 < letters.count && letters[index + 1].isLowercase
                if !letters[index - 1].isUppercase || endsWord { result += "_" }
            }
            result += letter.lowercased()
        }
        return result
    }
}
