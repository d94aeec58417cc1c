// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// The list that a map went over, and which of its items need not run again (W16).
package struct KeptItems: Hashable, Sendable, Codable {
    /// Of the items' texts, in their order: what was done for one list is nothing for another.
    package let digest: String
    /// Items of the whole list.
    package let total: Int
    /// The first and the last of items that have succeeded before, ascending.
    private var spans: [[Int]]
    /// What those handed on, by the numbers of the items.
    package private(set) var lists: [String: [String?]]

    package init(of items: [String]) {
        self.digest = Self.digest(items)
        self.total = items.count
        self.spans = []
        self.lists = [:]
    }

    /// Items that have succeeded before, ascending.
    package var done: [Int] {
        self.spans.flatMap { span -> [Int] in
            guard span.count == 2, span[0] <= span[1] else { return [] }
            return Array(span[0]...span[1]).filter { (0..<self.total).contains($0) }
        }
    }

    /// Whether it is of these very items.
    package func isOf(_ items: [String]) -> Bool {
        items.count == self.total && Self.digest(items) == self.digest
    }

    /// With what a run of the list did beside what was done before.
    ///
    /// - Parameters:
    ///   - finished: numbers of items that succeeded.
    ///   - lists: what items of that run handed on; only what belongs to those that succeeded is kept.
    package func with(_ finished: [Int], _ lists: [String: [String?]]) -> KeptItems {
        var result = self
        let all = Set(self.done).union(finished.filter { (0..<self.total).contains($0) }).sorted()
        result.spans = []
        for number in all {
            if let last = result.spans.indices.last, result.spans[last][1] + 1 == number {
                result.spans[last][1] = number
            } else {
                result.spans.append([number, number])
            }
        }
        let kept = Set(finished)
        result.lists = Self.merged(
            self.lists,
            lists.mapValues { values in values.enumerated().map { kept.contains($0.offset) ? $0.element : nil } },
            total: self.total
        )
        return result
    }

    /// What a run of the rest comes to together with what was done before.
    package func joined(with rest: NodeResult) -> NodeResult {
        let done = self.done.count
        guard done > 0 else { return rest }
        var result = rest
        result.counts[ExecutionStatus.success.rawValue, default: 0] += done
        let lists = Self.merged(self.lists, rest.lists ?? [:], total: self.total)
        let bytes = lists.values.reduce(0) { sum, values in
            sum + self.total * 4 + values.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        }
        if bytes > MapStep.outputsLimit {
            result.lists = nil
            result.outputsFault = "its items together have more than \(MapStep.outputsLimit) bytes of outputs"
        } else if rest.outputsFault == nil, !lists.isEmpty {
            result.lists = lists
        }
        return result
    }

    private static func merged(
        _ earlier: [String: [String?]],
        _ later: [String: [String?]],
        total: Int
    ) -> [String: [String?]] {
        var result = earlier
        for (name, values) in later {
            var list = result[name] ?? [String?](repeating: nil, count: total)
            for (number, value) in values.enumerated() where value != nil && list.indices.contains(number) {
                list[number] = value
            }
            result[name] = list
        }
        return result.filter { $0.value.contains { $0 != nil } }
    }

    private static func digest(_ items: [String]) -> String {
        var hash = SHA256()
        for item in items {
            let bytes = Array(item.utf8)
            withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: bytes)
        }
        let digits = Array("0123456789abcdef".utf8)
        let text = hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
