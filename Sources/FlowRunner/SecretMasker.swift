// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Writes `***` where the secrets of an attempt stand in its output, before anything keeps or sends it.
///
/// One pass over all patterns (Aho and Corasick, 1975), across pieces of any size and whatever pauses lie between them: as
/// many bytes are held back as may be the beginning of a secret. Matches that overlap become one mark.
package struct SecretMasker: Sendable {
    /// Bytes of the shortest secret that is masked; shorter pieces would mask what is none.
    package static let shortest = 6

    private let patterns: PatternTree
    private var streams: [RunnerStream: State] = [:]

    fileprivate struct State {
        var node = 0
        /// Bytes that were not given on yet.
        var held: [UInt8] = []
        /// Where secrets stand in ``held``, ascending and apart from each other.
        var masked: [Range<Int>] = []
    }

    static let mark = Array("***".utf8)

    /// - Parameter forms: everything that is to be masked, in all its spellings.
    package init(forms: [[UInt8]]) { self.patterns = PatternTree(forms) }

    /// - Returns: what may be seen of this and of what was held back.
    package mutating func feed(_ bytes: [UInt8], _ stream: RunnerStream) -> [UInt8] {
        var state = self.streams[stream] ?? State()
        defer { self.streams[stream] = state }
        for byte in bytes {
            state.held.append(byte)
            state.node = self.patterns.next(state.node, byte)
            let length = self.patterns.matched[state.node]
            if length > 0 { state.mask((state.held.count - length)..<state.held.count) }
        }
        // A secret that goes on begins no earlier than this.
        return state.release(through: state.held.count - self.patterns.depth[state.node])
    }

    /// The rest; a secret that was cut off by the end is masked when it had become recognisable.
    package mutating func finish(_ stream: RunnerStream) -> [UInt8] {
        guard var state = self.streams.removeValue(forKey: stream) else { return [] }
        let depth = self.patterns.depth[state.node]
        if depth >= Self.shortest { state.mask((state.held.count - depth)..<state.held.count) }
        return state.release(through: state.held.count)
    }

    /// A text that is whole, such as the words on how an attempt ended.
    package func masked(_ text: String) -> String {
        String(decoding: self.masked(Array(text.utf8)), as: UTF8.self)
    }

    func masked(_ bytes: [UInt8]) -> [UInt8] {
        var copy = SecretMasker(patterns: self.patterns)
        return copy.feed(bytes, .output) + copy.finish(.output)
    }

    private init(patterns: PatternTree) { self.patterns = patterns }
}

extension SecretMasker.State {
    mutating func mask(_ range: Range<Int>) {
        var range = range
        while let last = self.masked.last, last.upperBound > range.lowerBound {
            range = min(last.lowerBound, range.lowerBound)..<max(last.upperBound, range.upperBound)
            self.masked.removeLast()
        }
        self.masked.append(range)
    }

    /// Gives on what lies before `end`; a masked part that reaches beyond it waits, because it may become longer.
    mutating func release(through end: Int) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        var done = 0
        for range in self.masked {
            guard range.upperBound <= end else { break }
            result += self.held[position..<range.lowerBound]
            result += SecretMasker.mark
            position = range.upperBound
            done += 1
        }
        self.masked.removeFirst(done)
        let stop = max(position, min(end, self.masked.first?.lowerBound ?? end))
        result += self.held[position..<stop]
        self.held.removeFirst(stop)
        self.masked = self.masked.map { ($0.lowerBound - stop)..<($0.upperBound - stop) }
        return result
    }
}

/// Patterns as a tree with a way back from each node, so that every byte is looked at once.
private struct PatternTree: Sendable {
    private struct Edge: Hashable {
        let node: Int
        let byte: UInt8
    }

    private var edges: [Edge: Int] = [:]
    private var first = [Int](repeating: 0, count: 256)
    private var back = [0]
    /// How many bytes lead to a node.
    private(set) var depth = [0]
    /// The length of the longest pattern that ends at a node; 0 = none.
    private(set) var matched = [0]

    init(_ patterns: [[UInt8]]) {
        var children: [[(byte: UInt8, node: Int)]] = [[]]
        for pattern in patterns {
            var node = 0
            for byte in pattern {
                if let next = self.edges[Edge(node: node, byte: byte)] {
                    node = next
                    continue
                }
                let made = self.back.count
                self.edges[Edge(node: node, byte: byte)] = made
                children[node].append((byte, made))
                children.append([])
                self.back.append(0)
                self.depth.append(self.depth[node] + 1)
                self.matched.append(0)
                node = made
            }
            self.matched[node] = pattern.count
        }
        for (byte, node) in children[0] { self.first[Int(byte)] = node }
        // By depth: the way back leads to a node that is done.
        var queue = children[0].map(\.node)
        var index = 0
        while index < queue.count {
            let node = queue[index]
            index += 1
            self.matched[node] = max(self.matched[node], self.matched[self.back[node]])
            for (byte, child) in children[node] {
                self.back[child] = self.next(self.back[node], byte)
                queue.append(child)
            }
        }
    }

    func next(_ node: Int, _ byte: UInt8) -> Int {
        var node = node
        while node != 0 {
            if let next = self.edges[Edge(node: node, byte: byte)] { return next }
            node = self.back[node]
        }
        return self.first[Int(byte)]
    }
}
