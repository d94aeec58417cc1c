// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Why a slot went where it went: kept for each time it was given to a host (P11).
package struct PlacementRecord: Hashable, Sendable, Codable {
    package struct Candidate: Hashable, Sendable, Codable {
        package let host: AgentID
        /// What the strategy went by.
        package let score: String?
        /// Why it was not asked.
        package let out: PlacementBar?
        /// When the host's maintenance is over, where it is that.
        package let until: Timestamp?

        package init(host: AgentID, score: String?, out: PlacementBar?, until: Timestamp? = nil) {
            self.host = host
            self.score = score
            self.out = out
            self.until = until
        }
    }

    /// Nil: no host could take it.
    package let chosen: AgentID?
    package let strategy: PlacementStrategy
    package let fence: Int
    /// Hosts that could have taken it.
    package let online: Int
    /// Hosts of the job's groups.
    package let total: Int
    /// The chosen one first; of many only some.
    package let candidates: [Candidate]

    /// Hosts that are kept in a record.
    package static let shownLimit = 50

    package init(
        chosen: AgentID?,
        strategy: PlacementStrategy,
        fence: Int,
        online: Int,
        total: Int,
        candidates: [Candidate]
    ) {
        self.chosen = chosen
        self.strategy = strategy
        self.fence = fence
        self.online = online
        self.total = total
        let first = candidates.filter { $0.host == chosen }
        let able = candidates.filter { $0.host != chosen && $0.out == nil }
        let barred = candidates.filter { $0.host != chosen && $0.out != nil }
        self.candidates = Array((first + able + barred).prefix(Self.shownLimit))
    }

    /// In the words of people.
    package var text: (zh: String, en: String) { self.text(naming: [:]) }

    /// - Parameter names: what hosts are called; others are named by their ids.
    package func text(naming names: [AgentID: String]) -> (zh: String, en: String) {
        let (zh, en) = self.strategy.words
        guard let chosen else {
            let resting = self.resting(names)
            return (
                "没有可用主机（共 \(self.total) 台）" + resting.zh,
                "no host can take it, of \(self.total)" + self.reasons + resting.en
            )
        }
        let host = names[chosen] ?? chosen.rawValue
        return (
            "选择 \(host)：\(zh)，\(self.total) 台中 \(self.online) 台可用" + self.resting(names).zh,
            "chose \(host): \(en), \(self.online) of \(self.total) online" + self.resting(names).en
        )
    }

    /// The first hosts that are in maintenance, and until when.
    private func resting(_ names: [AgentID: String]) -> (zh: String, en: String) {
        let resting = self.candidates.compactMap { candidate in
            candidate.until.map { (name: names[candidate.host] ?? candidate.host.rawValue, until: $0) }
        }.prefix(3)
        return (
            resting.map { "；\($0.name) 维护至 \($0.until)" }.joined(),
            resting.map { "; \($0.name) is in maintenance until \($0.until)" }.joined()
        )
    }

    /// Why those that are named were not asked, the commonest reason first.
    private var reasons: String {
        var counts: [PlacementBar: Int] = [:]
        for candidate in self.candidates { if let out = candidate.out { counts[out, default: 0] += 1 } }
        guard !counts.isEmpty else { return "" }
        let sorted = counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        return ": " + sorted.map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
    }
}
