// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a JSON value may be: JSON Schema 2020-12 as OpenAPI 3.1 uses it, as far as this API needs it.
struct Schema: Sendable {
    indirect enum Kind: Sendable {
        case string, integer, number, boolean
        case array(Schema)
        /// Known members. A body may have no others; readers of answers have to pass over those that a later version adds.
        case object([Field], isClosed: Bool)
        /// Members of any name.
        case dictionary(Schema)
        /// One of ``Schema/named``.
        case reference(String)
        case either([Schema])
        case any
    }

    /// A member of an object.
    struct Field: Sendable {
        let name: String
        let schema: Schema
        /// Whether it has to be in a body, or is always in an answer.
        let isRequired: Bool

        init(_ name: String, _ schema: Schema, isRequired: Bool = false) {
            self.name = name
            self.schema = schema
            self.isRequired = isRequired
        }
    }

    let kind: Kind
    private(set) var isNullable = false
    private(set) var about: String?
    /// Further keywords, such as `minimum`.
    private(set) var rules: [JSON.Member] = []

    init(_ kind: Kind, _ rules: [JSON.Member] = []) {
        self.kind = kind
        self.rules = rules
    }

    // MARK: Words to write declarations with

    static let string = Schema(.string)
    static let integer = Schema(.integer)
    static let number = Schema(.number)
    static let boolean = Schema(.boolean)
    static let any = Schema(.any)
    static let timestamp = Schema(.string, [.init("format", "date-time")])
    static let uuid = Schema(.string, [.init("format", "uuid")])

    static func string(upTo bytes: Int, from least: Int = 0) -> Schema {
        // A character has at least one byte, so this never refuses what the server takes.
        Schema(.string, [.init("maxLength", bytes)] + (least > 0 ? [.init("minLength", least)] : []))
    }

    static func integer(_ range: ClosedRange<Int64>) -> Schema {
        Schema(.integer, [.init("minimum", range.lowerBound), .init("maximum", range.upperBound)])
    }

    static func choice(_ words: [String]) -> Schema { Schema(.string, [.init("enum", words)]) }

    /// All words of a type of choices.
    static func choice<Value: RawRepresentable & CaseIterable>(of type: Value.Type) -> Schema
    where Value.RawValue == String {
        .choice(Value.allCases.map(\.rawValue))
    }

    static func array(_ element: Schema) -> Schema { Schema(.array(element)) }
    static func dictionary(_ value: Schema) -> Schema { Schema(.dictionary(value)) }
    static func reference(_ name: String) -> Schema { Schema(.reference(name)) }
    static func either(_ schemas: Schema...) -> Schema { Schema(.either(schemas)) }

    /// The object of an answer: all members are always there.
    static func answer(_ members: KeyValuePairs<String, Schema>) -> Schema {
        Schema(.object(members.map { Field($0.key, $0.value, isRequired: true) }, isClosed: false))
    }

    static func answer(_ members: KeyValuePairs<String, Schema>, and more: KeyValuePairs<String, Schema>) -> Schema {
        Schema(
            .object((Array(members) + Array(more)).map { Field($0.key, $0.value, isRequired: true) }, isClosed: false)
        )
    }

    /// An object with members that are not always there.
    ///
    /// In a body null is the same as absent.
    func with(optional members: KeyValuePairs<String, Schema>) -> Schema {
        guard case .object(let fields, let isClosed) = self.kind else { return self }
        let more = members.map { Field($0.key, isClosed ? $0.value.orNull : $0.value) }
        return Schema(.object(fields + more, isClosed: isClosed))
    }

    /// An object with more members that have to be there.
    func with(required members: KeyValuePairs<String, Schema>) -> Schema {
        guard case .object(let fields, let isClosed) = self.kind else { return self }
        return Schema(
            .object(fields + members.map { Field($0.key, $0.value, isRequired: true) }, isClosed: isClosed)
        )
    }

    /// The object of a body.
    static func body(required: KeyValuePairs<String, Schema>, optional: KeyValuePairs<String, Schema> = [:]) -> Schema {
        Schema(.object([], isClosed: true)).with(required: required).with(optional: optional)
    }

    /// Text in the two languages of the console.
    static let text = Schema.answer(["zh": .string, "en": .string])

    // MARK: Refinements

    /// Says what a value means.
    func about(_ text: String) -> Schema {
        var copy = self
        copy.about = text
        return copy
    }

    var orNull: Schema {
        var copy = self
        copy.isNullable = true
        return copy
    }

    func byDefault(_ value: some JSONConvertible) -> Schema { self.with(.init("default", value)) }
    func example(_ value: some JSONConvertible) -> Schema { self.with(.init("examples", [value.json])) }

    func with(_ rule: JSON.Member) -> Schema {
        var copy = self
        copy.rules.append(rule)
        return copy
    }

    /// The members of an object, with those of what it refers to.
    var fields: [Field]? {
        switch self.kind {
        case .object(let fields, _): fields
        case .reference(let name): Schema.named[name]?.fields
        default: nil
        }
    }
}
