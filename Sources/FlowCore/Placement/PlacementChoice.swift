// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Chooses the host of a slot: the same facts give the same host (P1 to P4).
package enum PlacementChoice {
    /// - Parameter candidates: all hosts of the job's groups.
    /// - Returns: who is chosen, if anybody, and why.
    package static func decide(
        _ request: PlacementRequest,
        by placement: Placement,
        among candidates: [PlacementCandidate]
    ) -> PlacementRecord {
        let selector = placement.selector.flatMap { try? LabelSelector($0) }
        let sorted = candidates.sorted { $0.agent < $1.agent }
        var bars: [AgentID: PlacementBar] = [:]
        for candidate in sorted {
            bars[candidate.agent] = self.bar(candidate, request, placement, selector)
        }
        self.barFormer(&bars, sorted, request)
        var able = sorted.filter { bars[$0.agent] == nil }
        let online = able.count
        if placement.kind == .sharded { able = self.withRoom(able, request) }
        let scores = able.map { self.score($0, request, placement, able) }
        var best: Int?
        for index in able.indices where best.map({ self.precedes(index, $0, scores, able, request) }) ?? true {
            best = index
        }
        let shown = Dictionary(zip(able.map(\.agent), scores.map(\.shown))) { first, _ in first }
        return PlacementRecord(
            chosen: best.map { able[$0].agent },
            strategy: placement.kind == .sharded
                ? .consistentHash : placement.kind == .broadcast ? .first : placement.strategy,
            fence: request.fence,
            online: online,
            total: sorted.count,
            candidates: sorted.map { candidate in
                PlacementRecord.Candidate(
                    host: candidate.agent,
                    score: shown[candidate.agent] ?? nil,
                    out: bars[candidate.agent],
                    until: bars[candidate.agent] == .maintenance ? candidate.maintainedUntil : nil
                )
            }
        )
    }

    private static func bar(
        _ host: PlacementCandidate,
        _ request: PlacementRequest,
        _ placement: Placement,
        _ selector: LabelSelector?
    ) -> PlacementBar? {
        if let wanted = request.wanted, !wanted.contains(host.agent) { return .notWanted }
        if placement.exclude.contains(host.agent) { return .excluded }
        if let selector, !selector.fits(host.labels) { return .labels }
        if request.former.contains(host.agent), !self.isBack(host, placement) { return .hadIt }
        if placement.kind == .nOf, request.held[host.agent, default: 0] > 0 { return .hasAnother }
        if host.maintainedUntil != nil { return .maintenance }
        if !host.isOnline { return .offline }
        if !host.knowsLeases { return .version }
        if !host.executors.isEmpty, !host.executors.contains(request.executor) { return .executor }
        return nil
    }

    /// Whether something was heard of a host since it lost a slot: that happens after so much silence, and not before (P6).
    private static func isBack(_ host: PlacementCandidate, _ placement: Placement) -> Bool {
        host.silence < Int64(placement.leaseSeconds) * 1000 + Placement.margin
    }

    /// Who held the slot before is asked when nobody else can take it, and who lost it last after all others (P6).
    private static func barFormer(
        _ bars: inout [AgentID: PlacementBar],
        _ hosts: [PlacementCandidate],
        _ request: PlacementRequest
    ) {
        let able = hosts.map(\.agent).filter { bars[$0] == nil }
        let former = able.filter { request.former.contains($0) }
        guard !former.isEmpty else { return }
        let others =
            former.count < able.count ? former : former.count > 1 ? former.filter { $0 == request.lastHolder } : []
        for agent in others { bars[agent] = .hadIt }
    }

    /// Shards are spread: no host has more than its share while another has less (P4).
    private static func withRoom(_ able: [PlacementCandidate], _ request: PlacementRequest) -> [PlacementCandidate] {
        guard !able.isEmpty else { return [] }
        let share = (request.total + able.count - 1) / able.count
        let roomy = able.filter { request.held[$0.agent, default: 0] < share }
        return roomy.isEmpty ? able : roomy
    }

    private struct Score {
        /// Lower is better.
        let rank: UInt64
        /// What people are shown of it.
        let shown: String?
    }

    private static func score(
        _ host: PlacementCandidate,
        _ request: PlacementRequest,
        _ placement: Placement,
        _ able: [PlacementCandidate]
    ) -> Score {
        if placement.kind == .sharded {
            let weight = RendezvousHash.weight("\(request.job)/\(request.slot)", host.agent)
            return Score(rank: ~weight, shown: "\(request.held[host.agent, default: 0])")
        }
        switch placement.strategy {
        case .leastRunning: return Score(rank: UInt64(max(0, host.running)), shown: "\(host.running)")
        case .leastLoad:
            let load = host.expectedLoad
            let shown = "\(load / 10).\(load % 10)"
            return Score(rank: UInt64(load) << 32 + UInt64(max(0, host.running)), shown: shown)
        case .first: return Score(rank: self.place(of: host, in: able), shown: nil)
        case .random:
            let drawn = RendezvousHash.draw(request.execution, fence: request.fence) % UInt64(able.count)
            return Score(rank: self.place(of: host, in: able) == drawn ? 0 : 1, shown: nil)
        case .roundRobin:
            let isAfter = request.lastChosen.map { host.agent > $0 } ?? true
            return Score(rank: (isAfter ? 0 : 1 << 32) + self.place(of: host, in: able), shown: nil)
        case .consistentHash:
            // Several slots of one run are to be apart, and each is to stay where it was.
            let key = (placement.hashKey ?? "\(request.job)") + (request.slot == 0 ? "" : "/\(request.slot)")
            return Score(rank: ~RendezvousHash.weight(key, host.agent), shown: nil)
        case .lastUsed: return Score(rank: host.agent == request.lastUsed ? 0 : 1, shown: nil)
        case .failover:
            let place = placement.order.firstIndex(of: host.agent)
            return Score(rank: UInt64(place ?? placement.order.count), shown: place.map { "\($0 + 1)" })
        }
    }

    private static func place(of host: PlacementCandidate, in able: [PlacementCandidate]) -> UInt64 {
        UInt64(able.firstIndex { $0.agent == host.agent } ?? 0)
    }

    /// Ties go by a hash of the execution, so that they are spread, and then by id (P2).
    private static func precedes(
        _ left: Int,
        _ right: Int,
        _ scores: [Score],
        _ able: [PlacementCandidate],
        _ request: PlacementRequest
    ) -> Bool {
        if scores[left].rank != scores[right].rank { return scores[left].rank < scores[right].rank }
        let key = "\(request.execution)"
        let (one, other) = (
            RendezvousHash.weight(key, able[left].agent), RendezvousHash.weight(key, able[right].agent)
        )
        return one != other ? one > other : able[left].agent < able[right].agent
    }
}
