// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Work that is done once for each item of a list (W13): one run of a task, with a slot for each item.
package struct MapStep: Hashable, Sendable {
    /// What is done for an item.
    package enum Body: Hashable, Sendable {
        case job(JobID)
        case own(OwnStep)
    }

    /// Where the list comes from.
    package enum Source: Hashable, Sendable {
        case items([String])
        /// Of a step's output, or a parameter.
        case expression(ExpressionTemplate)
    }

    package var over: Source
    package var body: Body
    /// Parameters that each execution finds its item in.
    package var itemParameters: [String]
    /// Items that are with hosts at once.
    package var maxParallel: Int
    /// A longer list fails the step before anything of it starts.
    package var maxItems: Int
    package var fail: MapFailure

    package init(
        over: Source,
        body: Body,
        itemParameters: [String] = [],
        maxParallel: Int = Self.standardParallel,
        maxItems: Int = Self.standardItems,
        fail: MapFailure = .any
    ) {
        self.over = over
        self.body = body
        self.itemParameters = itemParameters
        self.maxParallel = maxParallel
        self.maxItems = maxItems
        self.fail = fail
    }

    package static let parallelRange = 1...1000
    package static let standardParallel = 10
    package static let itemRange = 1...10_000
    package static let standardItems = 1000
    /// Bytes of one item.
    package static let itemLimit = 8192
    /// Bytes of all outputs that are collected of a map.
    package static let outputsLimit = 256 * 1024

    /// Where the hosts of its items are found: each item on the one with the least to do.
    package func placement(of items: [String]) -> Placement {
        Placement(
            kind: .sharded,
            items: items,
            map: MapSlots(limit: self.maxParallel, isFast: self.fail == .fast, parameters: self.itemParameters)
        )
    }
}

/// When failures of items fail the step.
package enum MapFailure: Hashable, Sendable {
    /// One is enough; the others run all the same.
    case any
    /// One is enough, and what has not begun then does not begin.
    case fast
    /// More than this part of all.
    case ratio(Double)
    case never

    /// - Parameters:
    ///   - failed: items that failed or timed out.
    ///   - total: all items.
    package func isMet(failed: Int, of total: Int) -> Bool {
        switch self {
        case .any, .fast: failed > 0
        case .ratio(let part): Double(failed) > part * Double(total)
        case .never: false
        }
    }
}

/// What a run over the items of a list adds to its placement.
package struct MapSlots: Hashable, Sendable, Codable {
    /// Slots that hosts may hold at once; the others are kept back.
    package var limit: Int
    /// A failure ends what is kept back.
    package var isFast: Bool
    /// Parameters that are given the slot's item.
    package var parameters: [String]

    package init(limit: Int, isFast: Bool = false, parameters: [String] = []) {
        self.limit = limit
        self.isFast = isFast
        self.parameters = parameters
    }
}
