// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

/// The API as OpenAPI 3.1, made from ``Endpoint`` and its contracts.
enum OpenAPIDocument {
    static func make(version: String) -> JSON {
        .object([
            .init("openapi", "3.1.0"),
            .init("info", Self.info(version: version)),
            .init("servers", JSON.array([.object([.init("url", "/")])])),
            .init("tags", Contract.Tag.allCases.map { JSON.object([.init("name", $0.rawValue)]) }),
            .init("security", Self.credentials),
            .init("paths", Self.paths),
            .init("components", Self.components),
        ])
    }

    private static func info(version: String) -> JSON {
        .object([
            .init("title", "QuartzFlow"),
            .init("version", version),
            .init(
                "description",
                """
                Answers are enveloped: `code` is 0 where all went well, `data` is what was asked for, `request_id` names the \
                request in the server's log. Unknown parameters and fields are refused. Requests with the session cookie that \
                change something need the header `X-QF-CSRF: 1`. Answers that say 429 or 503 have `Retry-After`; where requests \
                are limited, all answers say in `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` what is left. New members may \
                come into answers at any time: pass over those you don't know. Refusals are problems of RFC 9457 where `Accept` names \
                `application/problem+json`.
                """
            ),
            .init("license", JSON.object([.init("name", "Apache-2.0"), .init("identifier", "Apache-2.0")])),
        ])
    }

    private static var credentials: JSON {
        .array([.object([.init("bearer", [JSON]())]), .object([.init("cookie", [JSON]())])])
    }

    private static var optionalCredentials: JSON {
        .array([.object([.init("bearer", [JSON]())]), .object([.init("cookie", [JSON]())]), .object([])])
    }

    private static var components: JSON {
        .object([
            .init(
                "schemas",
                JSON.object(Schema.named.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) })
            ),
            .init(
                "responses",
                JSON.object(
                    ["Failure", "S4Failure"].map { name in
                        .init(
                            name,
                            JSON.object([
                                .init("description", "Refused, and why."),
                                .init("content", Self.refusal(.reference(name))),
                            ])
                        )
                    }
                )
            ),
            .init(
                "securitySchemes",
                JSON.object([
                    .init("bearer", JSON.object([.init("type", "http"), .init("scheme", "bearer")])),
                    .init(
                        "cookie",
                        JSON.object([
                            .init("type", "apiKey"), .init("in", "cookie"),
                            .init("name", RequestAuthenticator.cookieName),
                        ])
                    ),
                ])
            ),
        ])
    }

    // MARK: Paths

    private static var paths: JSON {
        var order: [String] = []
        var operations: [String: [JSON.Member]] = [:]
        for endpoint in Endpoint.allCases {
            guard let contract = endpoint.contract else { continue }
            let declaration = endpoint.declaration
            if operations[declaration.path] == nil { order.append(declaration.path) }
            let method = declaration.method.rawValue.lowercased()
            operations[declaration.path, default: []].append(.init(method, Self.operation(endpoint, contract)))
        }
        return .object(order.map { .init($0, JSON.object(operations[$0] ?? [])) })
    }

    private static func operation(_ endpoint: Endpoint, _ contract: Contract) -> JSON {
        var members: [JSON.Member] = [
            .init("operationId", endpoint.rawValue), .init("tags", [contract.tag.rawValue]),
            .init("summary", contract.summary),
        ]
        let access = Self.access(endpoint.declaration.access)
        let about = [contract.about, access].compactMap(\.self).joined(separator: " ")
        if !about.isEmpty { members.append(.init("description", about)) }
        switch endpoint.declaration.access {
        case .everyone: members.append(.init("security", [JSON]()))
        // From the server's own host it goes without.
        case .metrics: members.append(.init("security", Self.optionalCredentials))
        case .signedIn, .needs: break
        }
        let parameters =
            Self.pathParameters(endpoint) + contract.query.map { Self.parameter($0, in: "query") }
            + contract.headers.map { Self.parameter($0, in: "header") }
            + (endpoint.takesReason ? [Self.parameter(Self.reason, in: "header")] : [])
        if !parameters.isEmpty { members.append(.init("parameters", parameters)) }
        if let body = contract.body { members.append(.init("requestBody", Self.body(body))) }
        members.append(.init("responses", Self.responses(endpoint, contract)))
        return .object(members)
    }

    private static func access(_ access: Endpoint.Access) -> String? {
        switch access {
        case .everyone: nil
        case .signedIn: "For everyone who has signed in."
        case .needs(let permission): "Needs `\(permission.rawValue)`."
        case .metrics: "Needs `\(Permission.metricsRead.rawValue)`, or a direct connection from the server's own host."
        }
    }

    private static func pathParameters(_ endpoint: Endpoint) -> [JSON] {
        endpoint.pathParameters.map { Self.parameter($0, in: "path") }
    }

    private static func parameter(_ parameter: Contract.Parameter, in place: String) -> JSON {
        var members: [JSON.Member] = [.init("name", parameter.name), .init("in", place)]
        if parameter.isRequired { members.append(.init("required", true)) }
        if let about = parameter.schema.about { members.append(.init("description", about)) }
        members.append(.init("schema", parameter.schema.json))
        return .object(members)
    }

    private static let reason = Contract.Parameter(
        "X-QF-Reason",
        .string(upTo: APICall.reasonLimit).about("Why, percent-encoded; for whoever has to approve it.")
    )

    private static func body(_ body: Contract.Body) -> JSON {
        .object([
            .init("required", body.isRequired),
            .init(
                "content",
                JSON.object([
                    .init(
                        "application/json",
                        JSON.object([
                            .init("schema", body.schema.json),
                            .init(
                                "examples",
                                JSON.object(
                                    body.examples.map { .init($0.name, JSON.object([.init("value", $0.value)])) }
                                )
                            ),
                        ])
                    )
                ])
            ),
        ])
    }

    private static func content(_ schema: Schema) -> JSON {
        .object([.init("application/json", JSON.object([.init("schema", schema.json)]))])
    }

    /// A refusal in either of its forms.
    private static func refusal(_ schema: Schema) -> JSON {
        .object([
            .init("application/json", JSON.object([.init("schema", schema.json)])),
            .init(FailureForm.problemType, JSON.object([.init("schema", Schema.reference("Problem").json)])),
        ])
    }

    // MARK: Answers

    private static func responses(_ endpoint: Endpoint, _ contract: Contract) -> JSON {
        var members: [JSON.Member] = []
        switch contract.answer {
        case .data(let schema):
            let envelope = Schema.answer([
                "code": .integer.about("0"), "message": .string, "data": schema, "request_id": .string,
            ])
            members.append(.init(String(contract.success.code), Self.success(Self.content(envelope))))
            // A repeated key is answered with what the first request started.
            if contract.headers.contains(where: { $0.name == "Idempotency-Key" }) {
                members.append(.init("200", Self.success(Self.content(envelope))))
            }
            for status in contract.others where status != .ok || !members.contains(where: { $0.name == "200" }) {
                members.append(
                    .init(
                        String(status.code),
                        status == .noContent
                            ? JSON.object([.init("description", "Nothing was started.")])
                            : Self.success(Self.content(envelope))
                    )
                )
            }
        case .plain(let schema): members.append(.init("200", Self.success(Self.content(schema))))
        case .other(let types):
            let content = types.map { type in
                let isText = !type.hasPrefix("application/json")
                return JSON.Member(type, JSON.object([.init("schema", (isText ? Schema.string : .any).json)]))
            }
            members.append(.init("200", Self.success(.object(content))))
        case .upgrade:
            members.append(.init("101", JSON.object([.init("description", "The connection speaks WebSocket now.")])))
        }
        if endpoint.mayWait { members.append(.init("202", Self.waiting)) }
        let failure = JSON.object([.init("$ref", "#/components/responses/\(contract.failure)")])
        for status in endpoint.refusals(contract) { members.append(.init(String(status.code), failure)) }
        return .object(members)
    }

    private static let waiting = JSON.object([
        .init("description", "It takes two persons: nothing has changed, and a request waits for another one."),
        .init(
            "content",
            Self.content(
                .answer([
                    "code": .integer.about("0"), "message": .string, "data": .reference("ApprovalWaiting"),
                    "request_id": .string,
                ])
            )
        ),
    ])

    private static func success(_ content: JSON) -> JSON {
        .object([.init("description", "Done."), .init("content", content)])
    }
}

extension Endpoint {
    /// The parameters of the path, as the readers in ``APICall`` take them.
    var pathParameters: [Contract.Parameter] {
        let path = self.declaration.path
        return path.split(separator: "/").filter { $0.hasPrefix("{") }.map { segment in
            let name = String(segment.dropFirst().dropLast())
            let hasUUIDs = ["/executions/", "/runs/", "/workflow-runs/", "/incidents/", "/deliveries/", "/cluster/"]
                .contains {
                    path.contains($0)
                }
            let schema: Schema =
                switch name {
                case "session_id": .string.with(.init("pattern", "^[0-9a-f]{16}$")).example("0123456789abcdef")
                case "name" where path.hasSuffix("/roles/{name}"): .string(upTo: 64, from: 1).example("night-shift")
                case "name": .string(upTo: 64, from: 1).with(.init("pattern", "^[A-Za-z_][A-Za-z0-9_]*$")).example("DB")
                case "client_id": Self.host
                case "provider":
                    .string(upTo: 32, from: 1).with(.init("pattern", "^[a-z0-9][a-z0-9-]*$")).example("corp")
                case "hook_id", "backfill_id", "approval_id": .uuid
                case "hook_token": .string(upTo: 256, from: 1).with(.init("pattern", "^[A-Za-z0-9_-]+$")).example("x")
                case "task_id":
                    .string(upTo: 36, from: 1).with(.init("pattern", Self.taskName)).about("Its id, or its number.")
                        .example("1")
                case "account_id": Schema.s4Account
                case "id" where path.contains("/clients/{id}"): Self.host
                case "key": .string(upTo: 48, from: 1).with(.init("pattern", "^[a-z][a-z0-9_]*$")).example("ok")
                case _ where hasUUIDs: .uuid
                default: .integer(1...Int64.max)
                }
            return Contract.Parameter(name, schema, isRequired: true)
        }
    }

    private static let taskName =
        "^([0-9]{1,18}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$"

    static let host = Schema.string(upTo: 64, from: 1).with(.init("pattern", "^[A-Za-z0-9._-]+$"))
        .example("web1-7f3a")

    /// Every status besides success that the route can answer.
    func refusals(_ contract: Contract) -> [HTTPResponse.Status] {
        var statuses: [HTTPResponse.Status] = [.badRequest]
        switch self.declaration.access {
        case .everyone: break
        case .signedIn: statuses += [.unauthorized, .forbidden]
        case .needs, .metrics: statuses += [.unauthorized, .forbidden]
        }
        if !self.pathParameters.isEmpty { statuses.append(.notFound) }
        if !self.isForProbes { statuses.append(.tooManyRequests) }
        if self.declaration.method != .get { statuses += [.contentTooLarge, .unprocessableContent] }
        if contract.body != nil { statuses.append(.unsupportedMediaType) }
        if !contract.query.isEmpty { statuses += [.uriTooLong, .unprocessableContent] }
        statuses += contract.refusals + [.internalServerError, .serviceUnavailable]
        var seen: Set<Int> = []
        return statuses.filter { seen.insert($0.code).inserted }.sorted { $0.code < $1.code }
    }
}
