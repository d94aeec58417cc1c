// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging

/// What starts without a call: messages on topics, and hosts that join (T4).
extension HookService {
    /// What became of a message for one webhook.
    package struct Heard: Sendable {
        package let hook: Hook
        package let answer: Answer
    }

    /// The webhooks that a message starts and whose tasks its sender may run on all their groups, by id.
    package func listeners(to topic: String, as principal: Principal) async throws -> [Hook] {
        try principal.require(.jobsRun)
        var faults = FaultCollector()
        faults.require(
            HookMessage.isTopic(topic),
            "topic",
            "syntax",
            "a topic is made of at most 128 letters, digits, '.', '_', '-', ':' and '/'"
        )
        try faults.check("The message can't be sent")
        let scope = principal.scope(of: .jobsRun)
        var found: [Hook] = []
        for hook in try await self.store.hooks(for: .message, topic: topic) {
            guard let job = try await self.store.job(hook.job), scope.covers(job.definition.groups) else { continue }
            found.append(hook)
        }
        return found
    }

    /// Hands a message to those that wait for it; each of them starts once for a key.
    ///
    /// One that fails keeps no other from it, and is told of beside what has started.
    ///
    /// - Throws: `unavailable` while nothing has started.
    package func tell(_ message: HookMessage, to hooks: [Hook], from caller: Caller) async throws -> [Heard] {
        let body = Array(JSONWriter.text(message.body).utf8)
        var heard: [Heard] = []
        var hasStarted = false
        for hook in hooks {
            let request = HookRequest(headers: [:], body: body, at: self.clock.now)
            let key = message.key.map { "message:" + $0 }
            do {
                let answer = try await self.hear(request, key: key, by: hook, from: caller)
                if case .started = answer { hasStarted = true }
                heard.append(Heard(hook: hook, answer: answer))
            } catch let error as CoreError where error.code != .unavailable || hasStarted {
                heard.append(Heard(hook: hook, answer: .invalid(error)))
            }
        }
        return heard
    }

    /// Starts what an event starts.
    ///
    /// One webhook that can't, because its task's secret parameters can't be sealed, keeps no other from it: its list of calls
    /// says so.
    func hear(
        _ request: HookRequest,
        key: String?,
        by hook: Hook,
        from caller: Caller,
        on host: AgentID? = nil
    ) async throws -> Answer {
        do {
            return try await self.run(request, key: key, by: hook, isPing: false, from: caller, on: host)
        } catch let error as CoreError where error == StoreFault.keyMissing {
            try await self.keep(.invalid, error.message, hook, request, caller)
            return .invalid(error)
        }
    }

    /// Starts what hosts start that have joined, each once on that host.
    ///
    /// What crashes in between comes again, and is known by the host. What can't be read keeps nothing else from it.
    ///
    /// - Returns: how many hosts were looked at.
    @discardableResult
    package func welcome(limit: Int = 100, logger: Logger? = nil) async throws -> Int {
        let bound = self.clock.now.advanced(byMilliseconds: -Hook.joinDelay)
        let joins = try await self.store.hostJoins(before: bound, limit: limit)
        guard !joins.isEmpty else { return 0 }
        let hooks = try await self.store.hooks(for: .hostJoined, topic: nil)
        var waiting: [(hook: Hook, groups: Set<GroupID>)] = []
        for hook in hooks {
            do {
                guard let job = try await self.store.job(hook.job) else { continue }
                waiting.append((hook, Set(job.definition.groups)))
            } catch let error as CoreError where error.code != .unavailable {
                logger?.error(
                    "hosts that join don't start a task: it can't be read",
                    metadata: ["hook": "\(hook.id)", "error": "\(error)"]
                )
            }
        }
        guard !waiting.isEmpty else {
            try await self.store.settleHostJoins(of: joins.map(\.agent))
            return joins.count
        }
        var groups: [AgentID: Set<GroupID>] = [:]
        for summary in try await self.store.groups() {
            for agent in summary.agents { groups[agent, default: []].insert(summary.group.id) }
        }
        for join in joins {
            let request = HookRequest(headers: [:], body: Array(JSONWriter.text(join.body).utf8), at: self.clock.now)
            let own = groups[join.agent, default: []].union([Group.everyone])
            for (hook, wanted) in waiting where hook.createdAt < join.at && !wanted.isDisjoint(with: own) {
                let nobody = Caller(address: nil, request: nil)
                do {
                    _ = try await self.hear(request, key: join.key, by: hook, from: nobody, on: join.agent)
                } catch let error as CoreError where error.code != .unavailable {
                    logger?.error(
                        "a host that joined did not start a task",
                        metadata: ["hook": "\(hook.id)", "agent": "\(join.agent)", "error": "\(error)"]
                    )
                }
            }
            try await self.store.settleHostJoins(of: [join.agent])
        }
        return joins.count
    }
}
