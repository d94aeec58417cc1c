// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a parent's run has to come to.
package enum DependencyOutcome: String, Codable, Sendable, CaseIterable {
    case success
    /// FAILURE or TIMEOUT.
    case failure
    /// Anything but SKIPPED.
    case end
    case skipped

    /// On how many hosts, when nobody says: a run failed when it failed anywhere, and did everything else everywhere.
    package var standardShare: HostShare { self == .failure ? .any : .all }

    func counts(_ status: ExecutionStatus) -> Bool {
        switch self {
        case .success: status == .success
        case .failure: status == .failure || status == .timeout
        case .end: status.isTerminal && status != .skipped
        case .skipped: status == .skipped
        }
    }
}

/// On how many of a run's hosts it has to be so.
package enum HostShare: Hashable, Sendable {
    case all
    case any
    /// Thousandths of the hosts, 1 to 1000.
    case ratio(permille: Int)

    func isReached(by count: Int, of total: Int) -> Bool {
        switch self {
        case .all: count == total
        case .any: count > 0
        case .ratio(let permille): count > 0 && count * 1000 >= permille * total
        }
    }
}

/// Written as in the API: `"all"`, `"any"`, `{"ratio": 0.8}`.
extension HostShare: Codable {
    private enum CodingKeys: String, CodingKey { case ratio }

    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: CodingKeys.self) {
            self = .ratio(permille: Int((try container.decode(Double.self, forKey: .ratio) * 1000).rounded()))
            return
        }
        let container = try decoder.singleValueContainer()
        switch try container.decode(String.self) {
        case "all": self = .all
        case "any": self = .any
        case let word:
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(word)' is no share of hosts")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .all:
            var container = encoder.singleValueContainer()
            try container.encode("all")
        case .any:
            var container = encoder.singleValueContainer()
            try container.encode("any")
        case .ratio(let permille):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(Double(permille) / 1000, forKey: .ratio)
        }
    }
}

/// What a parent's run says to an edge.
package enum DependencyVerdict: Hashable, Sendable {
    case met
    case unmet
    /// Nothing ran, so there is nothing new (D3).
    case noNews
}

extension DependencyEdge {
    /// Judges a run of the parent that has ended on all its hosts.
    ///
    /// Hosts that skipped it say nothing of success or failure; a run without any host was skipped (D13).
    package func verdict(of tally: RunTally) -> DependencyVerdict {
        let skipped = tally.counts[.skipped] ?? 0
        let judged = self.on == .skipped ? tally.total : tally.total - skipped
        if judged == 0 { return self.on == .skipped ? .met : .noNews }
        let count = tally.counts.reduce(0) { $0 + (self.on.counts($1.key) ? $1.value : 0) }
        return self.hosts.isReached(by: count, of: judged) ? .met : .unmet
    }
}
