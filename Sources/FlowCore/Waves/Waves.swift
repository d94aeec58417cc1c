// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How a run goes over its hosts: one part of them after another (P8).
package struct Waves: Hashable, Sendable, Codable {
    /// How many hosts have their turn at once.
    package enum Size: Hashable, Sendable {
        case hosts(Int)
        case percent(Int)
    }

    package var size: Size
    /// Hosts that go first, alone; 0 = none.
    package var canary: Int
    /// Between the end of one wave and the beginning of the next.
    package var pauseSeconds: Int
    /// More failures than this of a thousand that have ended, and nothing further begins; 0 = one failure is enough.
    package var maxFailurePermille: Int

    package init(size: Size, canary: Int = 0, pauseSeconds: Int = 0, maxFailurePermille: Int = 0) {
        self.size = size
        self.canary = canary
        self.pauseSeconds = pauseSeconds
        self.maxFailurePermille = maxFailurePermille
    }

    package static let hostRange = 1...10_000
    package static let percentRange = 1...100
    package static let canaryRange = 0...1000
    package static let pauseRange = 0...86_400

    /// How many hosts each wave has, of so many; none of them is empty.
    package func sizes(of hosts: Int) -> [Int] {
        guard hosts > 0 else { return [] }
        let first = min(self.canary, hosts)
        let step =
            switch self.size {
            case .hosts(let count): max(1, count)
            case .percent(let part): max(1, (hosts * part + 99) / 100)
            }
        var sizes = first > 0 ? [first] : []
        var left = hosts - first
        while left > 0 {
            sizes.append(min(step, left))
            left -= step
        }
        return sizes
    }
}

/// Written as in the API: a number of hosts, or `"10%"` of them.
extension Waves.Size: Codable {
    /// - Returns: nil when the text is no percentage.
    package init?(text: String) {
        guard text.last == "%", let part = Int(text.dropLast()) else { return nil }
        self = .percent(part)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let count = try? container.decode(Int.self) {
            self = .hosts(count)
            return
        }
        let text = try container.decode(String.self)
        guard let size = Self(text: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no size of a wave")
        }
        self = size
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .hosts(let count): try container.encode(count)
        case .percent(let part): try container.encode("\(part)%")
        }
    }
}
