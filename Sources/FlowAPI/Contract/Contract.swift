// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

/// What a route takes and answers: the one declaration that queries, the OpenAPI document and the tests go by.
struct Contract: Sendable {
    /// A parameter of the query or a header.
    struct Parameter: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool

        init(_ name: String, _ schema: Schema, isRequired: Bool = false) {
            self.name = name
            self.schema = schema
            self.isRequired = isRequired
        }
    }

    struct Body: Sendable {
        let schema: Schema
        let isRequired: Bool
        /// By name.
        let examples: [(name: String, value: JSON)]
    }

    enum Answer: Sendable {
        /// `data` of the envelope.
        case data(Schema)
        /// JSON without an envelope.
        case plain(Schema)
        /// Text or a file, in one of these forms.
        case other([String])
        /// Another protocol from here on.
        case upgrade
    }

    /// What the route does, in one line.
    let summary: String
    private(set) var about: String?
    let tag: Tag
    private(set) var query: [Parameter] = []
    private(set) var headers: [Parameter] = []
    private(set) var body: Body?
    private(set) var answer = Answer.data(Schema.any.orNull)
    private(set) var success = HTTPResponse.Status.ok
    /// What else may be answered where all went well.
    private(set) var others: [HTTPResponse.Status] = []
    /// What refusals look like, by its name among ``Schema/named``.
    private(set) var failure = "Failure"
    /// Refusals besides those that every route of its kind has.
    private(set) var refusals: [HTTPResponse.Status] = []

    enum Tag: String, CaseIterable, Sendable {
        case session = "Signing in"
        case tasks = "Tasks"
        case groups = "Groups and hosts"
        case executions = "Executions and runs"
        case workflows = "Workflows"
        case notifications = "Notifications"
        case secrets = "Secrets"
        case webhooks = "Webhooks"
        case dialects = "Dialects of other products"
        case administration = "Administration"
        case system = "Server"
    }

    init(_ tag: Tag, _ summary: String) {
        self.tag = tag
        self.summary = summary
    }

    // MARK: Words to write declarations with

    func about(_ text: String) -> Contract { self.changed { $0.about = text } }

    func query(_ name: String, _ schema: Schema, isRequired: Bool = false) -> Contract {
        self.changed { $0.query.append(Parameter(name, schema, isRequired: isRequired)) }
    }

    func header(_ name: String, _ schema: Schema) -> Contract {
        self.changed { $0.headers.append(Parameter(name, schema)) }
    }

    func body(_ schema: Schema, isRequired: Bool = true, examples: KeyValuePairs<String, JSON>) -> Contract {
        self.changed { contract in
            contract.body = Body(
                schema: schema,
                isRequired: isRequired,
                examples: examples.map { (name: $0.key, value: $0.value) }
            )
        }
    }

    func answers(_ schema: Schema, status: HTTPResponse.Status = .ok) -> Contract {
        self.changed { ($0.answer, $0.success) = (.data(schema), status) }
    }

    func answers(_ answer: Answer) -> Contract { self.changed { $0.answer = answer } }

    func mayAnswer(_ statuses: HTTPResponse.Status...) -> Contract { self.changed { $0.others += statuses } }

    func fails(as name: String) -> Contract { self.changed { $0.failure = name } }

    func refuses(_ statuses: HTTPResponse.Status...) -> Contract { self.changed { $0.refusals += statuses } }

    /// The parameters of a list in pages (C-21: three spellings).
    var paged: Contract {
        self.query("page", .integer(1...10_000_000).byDefault(1))
            .query("page_size", .integer(1...500).byDefault(20))
            .query("per_page", .integer(1...500).about("Another word for page_size."))
            .query("limit", .integer(1...500).about("With offset: another way to say which page."))
            .query("offset", .integer(0...1_000_000_000).about("A multiple of limit."))
    }

    /// A list in pages.
    func answersPage(of item: Schema) -> Contract {
        self.answers(
            .answer([
                "total": .integer,
                "total_exact": .boolean.about("Whether counting went to the end."),
                "page": .integer, "page_size": .integer, "has_next": .boolean, "items": .array(item),
            ])
        )
    }

    private func changed(_ change: (inout Contract) -> Void) -> Contract {
        var copy = self
        change(&copy)
        return copy
    }
}
