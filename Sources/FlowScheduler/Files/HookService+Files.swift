// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What files start that appear on hosts (T4).
extension HookService {
    /// What each host is to look for: of the webhooks that are on, and whose tasks are, on the hosts of their groups.
    package func fileWatches() async throws -> [AgentID: [FileWatch]] {
        let hooks = try await self.store.hooks(for: .file, topic: nil)
        var agents: [GroupID: [AgentID]] = [:]
        var found: [AgentID: [FileWatch]] = [:]
        for hook in hooks {
            guard hook.draft.isEnabled, let trigger = hook.draft.file, let job = try? await self.store.job(hook.job),
                job.isEnabled
            else { continue }
            var hosts: Set<AgentID> = []
            for group in job.definition.groups {
                if agents[group] == nil { agents[group] = try await self.store.agents(in: group).map(\.id) }
                hosts.formUnion(agents[group] ?? [])
            }
            for host in hosts where found[host, default: []].count < FileWatch.limit {
                found[host, default: []].append(FileWatch(hook: hook.id, trigger: trigger))
            }
        }
        return found
    }

    /// Starts what files start that a host has seen, each once on that host.
    ///
    /// What comes again is known by the file. One that can't start keeps no other from it: its list of calls says so.
    ///
    /// - Returns: the sequences of those that need not be told again.
    /// - Throws: `unavailable` while none was taken.
    package func appeared(_ events: [FileEvent], on agent: AgentID) async throws -> [Int64] {
        let name = try await self.store.agent(agent)?.name ?? agent.rawValue
        let nobody = Caller(address: nil, request: nil)
        var taken: [Int64] = []
        for event in events {
            do {
                // One that is gone, or became something else, waits for nothing.
                if let hook = try await self.store.hook(event.hook), hook.draft.format == .file {
                    let body = Array(JSONWriter.text(event.body(on: agent, named: name)).utf8)
                    let request = HookRequest(headers: [:], body: body, at: self.clock.now)
                    if let problem = event.problem {
                        try await self.keep(.refused, problem, hook, request, nobody)
                    } else {
                        _ = try await self.hear(request, key: event.key(on: agent), by: hook, from: nobody, on: agent)
                    }
                }
            } catch let error as CoreError where error.code != .unavailable {
                // It would be so the next time.
            } catch {
                guard taken.isEmpty else { return taken }
                throw error
            }
            taken.append(event.sequence)
        }
        return taken
    }
}
