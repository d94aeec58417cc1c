// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird

extension ExecutionRoutes {
    /// Types in our words or S3's, separated by commas (C-04).
    static func types(_ query: inout Query) -> [RunType] {
        guard let text = query.word("type") else { return [] }
        var types: [RunType] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if let found = RunType(rawValue: word).map({ [$0] }) ?? RunPresenter.words[word] {
                types += found
            } else {
                let known = (RunType.allCases.map(\.rawValue) + RunPresenter.words.keys.sorted()).joined(
                    separator: ", "
                )
                query.fault("type", "value", "'\(word)' is none of \(known)")
            }
        }
        return types
    }

    static func states(_ query: inout Query) -> [RunState] {
        guard let text = query.string("status") else { return [] }
        var states: [RunState] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            if let state = RunState(rawValue: String(word)) {
                states.append(state)
            } else {
                let known = RunState.allCases.map(\.rawValue).joined(separator: ", ")
                query.fault("status", "value", "'\(word)' is none of \(known)")
            }
        }
        return states
    }

    /// `POST /runs/{id}/retry`: the same again, as a new run (S3-4.3.3).
    func retryRun(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let started = try await self.runs.retry(
            call.identifier("id"),
            idempotencyKey: call.idempotencyKey,
            source: call.source,
            as: call.principal
        )
        return StartedAnswer.answer(started)
    }

    /// `POST /runs/{id}/stop`: asks for all that is open of a run to be stopped (S3-4.3.1).
    func stopRun(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id: RunID = try call.identifier("id")
        let force = try Self.force(in: try await call.optionalBody())
        let stopped = try await self.runs.stop(id, force: force, as: call.principal)
        let refusals = stopped.refusals.prefix(Self.refusalLimit).map { refusal in
            JSON.object([
                .init("execution_id", refusal.execution), .init("client_id", refusal.agent),
                .init("message", refusal.message), .init("text", TextPresenter.json(refusal.text)),
            ])
        }
        return .data(
            RunPresenter.members(stopped.summary) + [
                .init("asked", stopped.asked), .init("refused_count", stopped.refusals.count),
                .init("refused", Array(refusals)),
            ]
        )
    }

    /// `POST /runs/{id}/waves/hold`, `continue`, `stop`.
    func steer(_ call: APICall, _ wish: WaveWish) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return .data(WavePresenter.json(try await self.runs.steer(call.identifier("id"), wish, as: call.principal)))
    }

    private static let refusalLimit = 20

    enum ExportFormat: String, CaseIterable {
        case json, text
    }

    /// `GET /runs/{id}/export`: a run with what its units did and wrote, to be looked at elsewhere (S3-4.3.3).
    func exportRun(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let format: ExportFormat = query.choice("format") ?? .json
        let language: Language = query.choice("language") ?? call.language
        try query.finish()
        let principal = try call.principal
        let summary = try await self.runs.get(call.identifier("id"), as: principal)
        try await self.executions.noteExport(of: summary.run, as: principal)
        let page = try await self.executions.list(
            ExecutionQuery(page: PageRequest(number: 1, size: Self.exportLimit), run: summary.run.id),
            as: principal
        )
        var units: [JSON] = []
        for execution in page.items {
            units.append(
                try await self.presenter.detail(
                    try await self.executions.detail(execution.id, isNoted: false, as: principal),
                    as: principal
                )
            )
        }
        let timeline = try await self.timeline(of: summary.run, page.items, as: principal)
        let work = try await self.runs.ownWork(of: summary.run)
        let name = "run-\(summary.run.id).\(format == .json ? "json" : "txt")"
        var response =
            switch format {
            case .json:
                Response(
                    json: .object(
                        RunPresenter.members(summary) + [
                            .init("work", work.map { OwnWorkPresenter.json($0) }),
                            .init("params", SecretParameter.shown(summary.run.parameters)),
                            .init("units_left_out", page.total - units.count),
                            .init("executions", units), .init("timeline", timeline),
                        ]
                    )
                )
            case .text: Response(text: RunText(language).text(summary, units: units, timeline: timeline))
            }
        response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        return .raw(response)
    }

    /// Units that one file holds.
    private static let exportLimit = 200

    /// What happened to a run, in order of time (S3-4.2.2).
    func timeline(of run: Run, _ executions: [Execution], as principal: Principal) async throws -> [JSON] {
        let names = try await self.presenter.names.names(of: executions.map(\.agentID), as: principal)
        let attempts = try await self.executions.attempts(of: executions, as: principal)
        return RunTimeline(run, executions, attempts: attempts).entries.map { entry in
            let execution = entry.execution
            return .object([
                .init("time", entry.at), .init("action", entry.action),
                .init("execution_id", execution?.id), .init("client_id", execution?.agentID),
                .init("client_name", execution.flatMap { names[$0.agentID] }),
                .init("status", execution?.status.name), .init("attempt", entry.attempt), .init("text", entry.text),
                .init("detail", entry.detail), .init("detail_text", entry.detailText),
            ])
        }
    }
}

extension HTTPField.Name {
    fileprivate static let contentDisposition = HTTPField.Name("Content-Disposition")!
}
