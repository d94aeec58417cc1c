// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Goes through a chain of audit rows from its beginning and says where it does not hold.
///
/// Without I/O: rows come in order, in pages of any size. A chain begins with its first row, or behind the last row that
/// retention took. After a break nothing behind it is known, so the first one is all that is told.
package struct AuditVerification: Sendable {
    package enum Outcome: Hashable, Sendable {
        /// Every row is in its place; how many there are.
        case whole(rows: Int)
        /// Where it breaks, in words.
        case broken(Wording)
        /// A row was sealed with a key that is not here.
        case unreadable(kid: String)
    }

    private let keys: [String: AuditChain]
    private let state: AuditChainState
    /// Ends of this chain that were written down elsewhere.
    private var witnesses: [Int64: [UInt8]]
    private var sequence: Int64
    private var hash: [UInt8]
    private var rows = 0
    private var end: Outcome?

    /// - Parameter heads: ends that were written down earlier, of any chain.
    package init(_ state: AuditChainState, keys: KeyRing, heads: [AuditHead]) {
        self.keys = Dictionary(
            keys.kids.compactMap { kid in keys.key(kid).map { (kid, AuditChain(master: $0.bytes)) } },
            uniquingKeysWith: { first, _ in first }
        )
        self.state = state
        self.sequence = state.anchor?.sequence ?? 0
        self.hash = state.anchor?.hash ?? AuditChain.start
        let first = self.sequence
        let ours = heads.filter { $0.chain == state.head.chain && $0.sequence > first }
        self.witnesses = Dictionary(ours.map { ($0.sequence, $0.hash) }) { _, last in last }
    }

    /// Behind which row the next page begins.
    package var position: Int64 { self.sequence }

    /// - Returns: whether more rows are wanted.
    package mutating func take(_ entries: [AuditEntry]) -> Bool {
        for entry in entries where self.end == nil { self.end = self.fault(in: entry) }
        return self.end == nil && !entries.isEmpty
    }

    private mutating func fault(in entry: AuditEntry) -> Outcome? {
        guard let seal = entry.seal else { return .broken("row \(entry.id) has lost its seal") }
        let expected = self.sequence + 1
        guard seal.sequence == expected else {
            let missing: Wording =
                seal.sequence == expected + 1 ? "\(expected)" : "\(expected) to \(seal.sequence - 1)"
            return .broken("number \(missing) is missing before row \(entry.id) of \(entry.change.at.rfc3339())")
        }
        guard let chain = self.keys[seal.kid] else { return .unreadable(kid: seal.kid) }
        let hash = chain.hash(entry, chain: seal.chain, sequence: seal.sequence, after: self.hash)
        guard hash == seal.hash else {
            return .broken(
                "number \(seal.sequence) (row \(entry.id) of \(entry.change.at.rfc3339()), \(entry.action.rawValue)) was "
                    + "changed, or a row before it was"
            )
        }
        if let witness = self.witnesses.removeValue(forKey: seal.sequence), witness != hash {
            return .broken("number \(seal.sequence) is not what was written down of it: the chain was made anew")
        }
        self.sequence = seal.sequence
        self.hash = hash
        self.rows += 1
        return nil
    }

    /// After the last page.
    package func finish() -> Outcome {
        if let end { return end }
        if let lost = self.witnesses.keys.max() {
            return .broken("the end is missing: number \(lost) was written down, \(self.sequence) is the last one here")
        }
        guard self.state.head.sequence == self.sequence, self.state.head.hash == self.hash else {
            return .broken(
                "the end is missing: \(self.state.head.sequence) rows were sealed, \(self.sequence) are here"
            )
        }
        return .whole(rows: self.rows)
    }
}
