// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Names of the statements that are prepared on one connection; the oldest goes when there are too many.
struct StatementNames {
    enum Answer {
        case known(String)
        /// To be prepared now; `forgotten` is to be let go of first.
        case new(String, forgotten: String?)
    }

    private var names: [String: String] = [:]
    /// In order of their making.
    private var texts: [String] = []
    private var count = 0
    private let capacity: Int

    init(capacity: Int = 400) { self.capacity = capacity }

    mutating func name(of sql: String) -> Answer {
        if let name = self.names[sql] { return .known(name) }
        var forgotten: String?
        if self.texts.count >= self.capacity { forgotten = self.names.removeValue(forKey: self.texts.removeFirst()) }
        self.count += 1
        let name = "q\(self.count)"
        self.names[sql] = name
        self.texts.append(sql)
        return .new(name, forgotten: forgotten)
    }

    mutating func forget(_ sql: String) {
        self.names[sql] = nil
        self.texts.removeAll { $0 == sql }
    }
}
