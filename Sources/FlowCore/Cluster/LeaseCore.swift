// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Decides which units of work this server takes, keeps and gives away (`semantics.md` 7).
///
/// A value without I/O. Leases end by the database's clock; how long they are *trusted* here goes by a clock of this host that
/// also counts while it sleeps, from before the renewal was sent. Leases spread the work and stop two servers from trying
/// the same: what they try is safe by compare-and-set in any case (R3).
package struct LeaseCore: Sendable {
    /// Milliseconds.
    package static let lifetime: Int64 = 10_000
    package static let renewal: Int64 = 3000
    /// Trust ends so long before the lease: clocks run at different speeds, and work in progress has to end.
    package static let margin: Int64 = 2000
    /// Units given away in one look, so that a join moves the work over some seconds and not at once.
    package static let giftLimit = 16
    /// How long what was handed over is the heir's before its first renewal; milliseconds.
    ///
    /// It renews with its next look, and if it was killed meanwhile, what it was given lies about no longer than this.
    package static let giftLifetime: Int64 = 4000
    /// A server that gave no sign of life for so long counts for no share, though its leases still do; milliseconds.
    ///
    /// Signs come each second.
    package static let silence: Int64 = 3000
    /// What has been over for so long without anybody's taking it is taken by whoever sees that, beyond its share; milliseconds.
    package static let lying: Int64 = 1000
    /// Between two looks; milliseconds.
    package static let interval: Int64 = 1000
    /// So long after a lease's end it is looked for: the answer took its time to come here; milliseconds.
    private static let slack: Int64 = 20

    /// What is about to be asked of the database.
    package struct Beat: Hashable, Sendable {
        /// Units to renew, with their terms; none = a mere look.
        package let renewing: [WorkUnit: Int64]
        /// Monotonic milliseconds, from before it was sent.
        package let startedAt: Int64
    }

    package enum Move: Hashable, Sendable {
        /// Units whose leases are over, with the terms that were seen.
        case take([WorkUnit: Int64])
        /// Own units, to a server or back to all.
        case give([WorkUnit: Int64], to: ServerID?)
    }

    private struct Held: Sendable {
        let term: Int64
        var trustedUntil: Int64
    }

    private let id: ServerID
    private var held: [WorkUnit: Held] = [:]
    private var renewedAt: Int64?
    private var mustRenew = false
    /// Since when units have been seen with no owner, by term; monotonic milliseconds.
    private var over: [WorkUnit: (term: Int64, since: Int64)] = [:]
    private var nextEnd: Int64?
    package private(set) var isDraining = false

    package init(id: ServerID) { self.id = id }

    /// Units that may be worked for at a monotonic time.
    package func trusted(at now: Int64) -> Set<WorkUnit> { Set(self.held.filter { $0.value.trustedUntil > now }.keys) }

    /// Takes nothing more; the next look gives everything away.
    package mutating func drain() { self.isDraining = true }

    /// What to ask the database at a monotonic time.
    package mutating func beat(at now: Int64) -> Beat {
        let isDue = self.renewedAt.map { now - $0 >= Self.renewal } ?? true
        guard isDue || self.mustRenew else { return Beat(renewing: [:], startedAt: now) }
        self.renewedAt = now
        self.mustRenew = false
        return Beat(renewing: self.held.mapValues(\.term), startedAt: now)
    }

    /// No answer came to a beat, or none that can be believed: what was to be renewed is renewed with the next.
    package mutating func failed(_ beat: Beat) {
        if !beat.renewing.isEmpty { self.renewedAt = nil }
        // What was seen before says nothing any more of when to look.
        self.nextEnd = nil
    }

    /// Takes the answer to a beat.
    package mutating func saw(_ view: ClusterView, after beat: Beat) -> [Move] {
        for lease in view.leases { self.saw(lease, after: beat) }
        self.nextEnd = view.nextEnd
        let left = self.leftLying(view, at: beat.startedAt)
        if self.isDraining || view.rests(self.id) { return self.giveAll(view) }
        // Nothing is kept free for a server that may be gone, and nothing handed to it.
        let planners = view.workers.filter { !$0.isSilent || $0.id == self.id }
        guard planners.contains(where: { $0.id == self.id }) else { return [] }
        let share = (view.leases.count + planners.count - 1) / planners.count
        if left.isEmpty, self.held.count > share { return self.giveSurplus(view, planners, share: share) }
        var free = left
        // Servers that look at the same moment begin at different places, and do not wait for each other's rows.
        let start = self.id.rawValue.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff }
        for index in view.leases.indices where self.held.count + free.count < share {
            let lease = view.leases[(index + start) % view.leases.count]
            if lease.isOver, self.held[lease.unit] == nil { free[lease.unit] = lease.term }
        }
        return free.isEmpty ? [] : [.take(free)]
    }

    /// Units that were over some time ago already, so that nobody else seems to want them.
    private mutating func leftLying(_ view: ClusterView, at now: Int64) -> [WorkUnit: Int64] {
        var over: [WorkUnit: (term: Int64, since: Int64)] = [:]
        for lease in view.leases where lease.isOver && self.held[lease.unit] == nil {
            let before = self.over[lease.unit]
            over[lease.unit] = before?.term == lease.term ? before : (lease.term, now)
        }
        self.over = over
        return over.filter { now - $0.value.since >= Self.lying }.mapValues(\.term)
    }

    private mutating func saw(_ lease: WorkLease, after beat: Beat) {
        let unit = lease.unit
        guard lease.server == self.id, !lease.isOver else {
            // Stolen, given away or over: only a new term makes it ours again.
            self.held[unit] = nil
            return
        }
        if let mine = self.held[unit], mine.term == lease.term {
            guard beat.renewing[unit] == mine.term else { return }
            self.held[unit]?.trustedUntil = beat.startedAt + Self.lifetime - Self.margin
        } else {
            // Another server handed it over, some time ago: it is worked for from the first renewal on.
            self.held[unit] = Held(term: lease.term, trustedUntil: .min)
            self.mustRenew = true
        }
    }

    /// - Parameters:
    ///   - taken: with their new terms.
    ///   - start: monotonic milliseconds, from before it was asked for.
    package mutating func took(_ taken: [WorkUnit: Int64], startedAt start: Int64) {
        for (unit, term) in taken {
            self.held[unit] = Held(term: term, trustedUntil: start + Self.lifetime - Self.margin)
        }
    }

    /// Whether the driver should ask again at once.
    package var isImpatient: Bool { self.mustRenew }

    /// Milliseconds until the next look: at the end of a lease that nobody seems to renew, rather than up to a second after it.
    package var pause: Int64 { min(Self.interval, self.nextEnd.map { max($0, 0) + Self.slack } ?? Self.interval) }

    private mutating func giveSurplus(_ view: ClusterView, _ planners: [ServerNode], share: Int) -> [Move] {
        var counts: [ServerID: Int] = [:]
        for planner in planners where planner.id != self.id { counts[planner.id] = 0 }
        for lease in view.leases where !lease.isOver {
            if let server = lease.server, let count = counts[server] { counts[server] = count + 1 }
        }
        var parts: [ServerID: [WorkUnit]] = [:]
        // The keeping, which has the highest number, stays where it is.
        for unit in self.held.keys.sorted().prefix(min(Self.giftLimit, self.held.count - share)) {
            guard let heir = counts.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }), heir.value < share else {
                break
            }
            counts[heir.key] = heir.value + 1
            parts[heir.key, default: []].append(unit)
        }
        return self.moves(parts)
    }

    private mutating func giveAll(_ view: ClusterView) -> [Move] {
        let heirs = view.workers.filter { $0.id != self.id && !$0.isSilent }
        guard !heirs.isEmpty else {
            // Who only rests keeps it until somebody can take it.
            guard self.isDraining else { return [] }
            let all = self.letGo(of: self.held.keys.sorted())
            return all.isEmpty ? [] : [.give(all, to: nil)]
        }
        var parts: [ServerID: [WorkUnit]] = [:]
        for (index, unit) in self.held.keys.sorted().enumerated() {
            parts[heirs[index % heirs.count].id, default: []].append(unit)
        }
        return self.moves(parts)
    }

    private mutating func moves(_ parts: [ServerID: [WorkUnit]]) -> [Move] {
        parts.sorted { $0.key < $1.key }.map { .give(self.letGo(of: $0.value), to: $0.key) }
    }

    private mutating func letGo(of units: some Sequence<WorkUnit>) -> [WorkUnit: Int64] {
        var terms: [WorkUnit: Int64] = [:]
        for unit in units { if let mine = self.held.removeValue(forKey: unit) { terms[unit] = mine.term } }
        return terms
    }
}
