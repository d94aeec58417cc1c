// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird

/// Whose words an address speaks: ours, or those of a product that programs were written for (`docs/dialects.md`).
///
/// A dialect is a translation of the same use cases with the same rights; only its words and its refusals are its own.
enum Dialect {
    case own, s0, s4

    /// - Parameter path: of the request.
    init(path: some StringProtocol) {
        if path.hasPrefix("/compat/s4/") {
            self = .s4
        } else if ["/api/tasks", "/api/logs/", "/api/workers", "/api/task/"].contains(where: { path.hasPrefix($0) }) {
            self = .s0
        } else {
            self = .own
        }
    }

    func response(_ failure: APIFailure, requestID: String, form: FailureForm) -> Response {
        switch self {
        case .own: failure.response(requestID: requestID, form: form)
        case .s0: Self.renamed(failure).response(requestID: requestID, form: form)
        case .s4: Self.s4(failure, requestID: requestID, form: form)
        }
    }

    // MARK: S0

    /// Faults are found in our fields; people sent others.
    private static func renamed(_ failure: APIFailure) -> APIFailure {
        let words = [
            "cron_expr": "cronExpression", "executor_config.command": "command", "executor_config.url": "url",
            "executor_config.method": "method", "group_ids": "groupIds", "timezone": "timeZone",
        ]
        var renamed = APIFailure(
            failure.status,
            failure.word,
            failure.text,
            details: failure.details.map { .init(path: words[$0.path] ?? $0.path, code: $0.code, message: $0.text) },
            position: failure.position,
            headers: failure.headers
        )
        renamed.members = failure.members
        return renamed
    }

    // MARK: S4

    /// `{success, error}`, and 400 for whatever the caller can put right (S4-RESP).
    private static func s4(_ failure: APIFailure, requestID: String, form: FailureForm) -> Response {
        let failure = Self.worded(failure)
        if form == .problem { return failure.response(requestID: requestID, form: form) }
        var headers = failure.answerHeaders
        headers.vary(on: .accept)
        return Response(
            json: .object([
                // S4's own words are Chinese, so all of them are.
                .init("success", false), .init("error", TextPresenter.catalogue.chinese(failure.text)),
                .init("text", TextPresenter.json(failure.text)), .init("code", failure.word),
                .init("details", failure.detailsJSON), .init("request_id", requestID),
            ]),
            status: failure.status,
            headers: headers
        )
    }

    /// The same in S4's statuses, words and names of fields.
    private static func worded(_ failure: APIFailure) -> APIFailure {
        let status: HTTPResponse.Status =
            switch failure.status {
            case .unprocessableContent, .conflict, .preconditionFailed: .badRequest
            default: failure.status
            }
        let message: Wording =
            switch failure.status {
            case .internalServerError: Wording(english: failure.message, chinese: "内部服务器错误")
            case .unauthorized: Wording(english: failure.message, chinese: "未授权")
            default: failure.text
            }
        let details = failure.details.map { detail in
            let path = detail.path.hasPrefix("labels.") ? String(detail.path.dropFirst(7)) : detail.path
            return CoreError.Detail(path: path, code: detail.code, message: detail.text)
        }
        return APIFailure(status, failure.word, message, details: details, headers: failure.headers)
    }
}

extension APIAnswer {
    /// An answer of a dialect: no envelope.
    static func bare(_ json: JSON) -> APIAnswer { .raw(Response(json: json)) }

    static func bare(_ members: [JSON.Member]) -> APIAnswer { .bare(.object(members)) }
}

extension APICall {
    /// The task that a path of a dialect names: by the id that it keeps for ever, or by its number (C-22).
    ///
    /// - Returns: nil when there is none that whoever asks may see.
    func job(_ jobs: JobService, named name: String = "task_id") async throws -> Job? {
        let text = self.context.parameters.get(name) ?? ""
        if let uid = JobUID(text) { return try await jobs.find(uid: uid, as: self.principal) }
        do {
            return try await jobs.get(try self.number(name), as: self.principal)
        } catch let error as CoreError where error.code == .notFound {
            return nil
        } catch let failure as APIFailure where failure.status == .notFound {
            return nil
        }
    }
}
