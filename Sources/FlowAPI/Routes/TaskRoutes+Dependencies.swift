// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/tasks/{id}/dependencies`: which tasks start this one, and which it starts.
extension TaskRoutes {
    func dependencies(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let view = try await self.jobs.dependencies(call.number("id"), as: call.principal)
        return self.answer(view)
    }

    func setDependencies(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        var reader = try FieldReader(try await call.body())
        if !reader.has("dependencies"), !reader.has("task_dependencies") {
            reader.fault("dependencies", "required", "say what the task waits for; an empty array is nothing")
        }
        let dependencies = DependencyBody.read(&reader)
        try reader.finish()
        var expected: Int64?
        if let tags = call.ifMatch {
            let stored = try await self.jobs.get(id, as: call.principal).version
            try tags.require(stored)
            expected = stored
        }
        _ = try await self.jobs.setDependencies(dependencies, of: id, expectedVersion: expected, as: call.principal)
        return self.answer(try await self.jobs.dependencies(id, as: call.principal))
    }

    func dependents(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        let (visible, hidden) = try await self.jobs.dependents(id, as: call.principal)
        let items = visible.map { job in
            let edge = job.definition.dependencies?.edge(to: id)
            return JSON.object([
                .init("task_id", job.id), .init("name", job.definition.name), .init("on", edge?.on.rawValue),
                .init("join", job.definition.dependencies?.join.rawValue), .init("status", job.isEnabled ? 1 : 0),
            ])
        }
        return .data([.init("total", items.count), .init("hidden", hidden), .init("items", items)])
    }

    func dependencyMap(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let depth = query.integer("depth", in: 1...Int64(JobDependencies.depthLimit), default: 5)
        try query.finish()
        let map = try await self.jobs.neighbourhood(of: call.number("id"), depth: Int(depth), as: call.principal)
        let nodes = map.jobs.map { job in
            JSON.object([
                .init("task_id", job.id), .init("name", job.definition.name), .init("status", job.isEnabled ? 1 : 0),
                .init("join", job.definition.dependencies?.join.rawValue),
                .init("scheduled", job.definition.schedule != .manual),
            ])
        }
        let edges = map.edges.map { edge in
            JSON.object([.init("from", edge.parent), .init("to", edge.child), .init("on", edge.on.rawValue)])
        }
        return .data([
            .init("nodes", nodes), .init("edges", edges), .init("hidden", map.hidden), .init("whole", map.isWhole),
        ])
    }

    func resetDependencies(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let id = try call.number("id")
        try await self.jobs.resetDependencies(id, as: call.principal)
        return self.answer(try await self.jobs.dependencies(id, as: call.principal))
    }

    func startDependent(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return StartedAnswer.answer(try await self.jobs.startDependent(call.number("id"), as: call.principal))
    }

    private func answer(_ view: DependencyView) -> APIAnswer {
        .data(.object(Self.members(view)), headers: [.eTag: EntityTags.tag(view.job.version)])
    }

    static func members(_ view: DependencyView) -> [JSON.Member] {
        let edges = view.edges.map { entry in
            JSON.object(
                DependencyBody.members(entry.edge) + [
                    .init("name", entry.name), .init("state", entry.state.news.rawValue),
                    .init("run_id", entry.state.newest?.run), .init("at", entry.state.at),
                ]
            )
        }
        let names = Dictionary(view.edges.map { ($0.edge.parent, $0.name) }) { first, _ in first }
        let marks = view.marks.map { mark in
            JSON.object([
                .init("task_id", mark.parent), .init("name", names[mark.parent] ?? nil), .init("run_id", mark.run),
                .init("state", mark.state.rawValue), .init("at", mark.madeAt), .init("started_run_id", mark.started),
            ])
        }
        return [
            .init("version", view.job.version), .init("edges", edges), .init("join", view.dependencies?.join.rawValue),
            .init("match", view.dependencies?.match.rawValue),
            .init("max_age_seconds", view.dependencies?.maxAgeSeconds),
            .init("dependency_mode", view.dependencies?.mode?.rawValue),
            .init("deadline", DependencyBody.json(view.dependencies?.deadline)), .init("due", view.due),
            .init("met", view.metCount),
            .init("ready", view.isReady), .init("owner", view.owner), .init("marks", marks),
            .init("text", JSON.object([.init("zh", view.text.zh), .init("en", view.text.en)])),
        ]
    }
}
