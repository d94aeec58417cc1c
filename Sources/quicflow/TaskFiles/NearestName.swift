// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which of the known names somebody meant who mistyped one.
enum NearestName {
    /// - Returns: nil where none is near enough to be a slip of the fingers.
    static func of(_ text: String, among names: some Sequence<String>) -> String? {
        let limit = max(1, min(3, text.count / 3))
        let near = names.map { (name: $0, distance: self.distance(text.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= limit }
        return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// How many letters to add, take away, change or swap with the next.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.prefix(128))
        let right = Array(right.prefix(128))
        var before: [Int] = []
        var row = Array(0...right.count)
        for i in left.indices {
            var next = [i + 1]
            for j in right.indices {
                var best = min(row[j] + (left[i] == right[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, before[j - 1] + 1)
                }
                next.append(best)
            }
            (before, row) = (row, next)
        }
        return row[right.count]
    }
}
