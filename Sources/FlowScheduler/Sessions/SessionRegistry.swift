// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowSchedulerCore

/// Who is connected, who is about to be, and who may not.
///
/// A value without I/O. A session *arrives* with its hello, *enters* when the store has given it an epoch, and *leaves*.
/// Between arriving and entering it already hears what is meant for its agent, so that nothing falls between the store's
/// answer and the entry. Of two sessions of one process the higher epoch stays, in whichever order they enter; another
/// process is only let in when the first no longer answers (R14).
package struct SessionRegistry<Handle: Sendable>: Sendable {
    /// Names one arrival.
    package struct Ticket: Hashable, Sendable {
        package let agent: AgentID
        fileprivate let number: UInt64
    }

    package enum Arrival {
        case admitted(Ticket)
        /// Another process has this identity. Ask it for a sign of life, then keep the newcomer out or arrive again without
        /// regard to it.
        case contested(by: Handle, Ticket)
    }

    package enum Entry {
        /// The session stands; older ones are out and have to be closed.
        case entered(overtaken: [Handle])
        /// A session with a higher epoch stands already.
        case overtaken
    }

    private struct Session {
        let ticket: Ticket
        let instance: AgentInstance
        let handle: Handle
        /// Nil until it has entered.
        var epoch: Int64?
    }

    private var sessions: [AgentID: [Session]] = [:]
    private var numbers: UInt64 = 0
    /// Of the sessions that have entered.
    package private(set) var presences: [AgentID: AgentPresence] = [:]
    private var quarantined: [AgentID: [DuplicateAgent]] = [:]
    /// A copy that has not tried for this long is gone; milliseconds.
    ///
    /// Agents try every 15 s.
    private static var patience: Int64 { 120_000 }
    /// Copies remembered of one agent.
    private static var copyLimit: Int { 8 }

    package init() {}

    /// A hello came.
    ///
    /// - Parameter silent: arrivals that did not give a sign of life when they were asked.
    package mutating func arrive(
        _ agent: AgentID,
        _ instance: AgentInstance,
        _ handle: Handle,
        regardless silent: Set<Ticket> = []
    ) -> Arrival {
        let others = self.sessions[agent] ?? []
        if let other = others.last(where: { !$0.instance.isSameProcess(as: instance) && !silent.contains($0.ticket) }) {
            return .contested(by: other.handle, other.ticket)
        }
        self.numbers += 1
        let ticket = Ticket(agent: agent, number: self.numbers)
        self.sessions[agent, default: []].append(Session(ticket: ticket, instance: instance, handle: handle))
        return .admitted(ticket)
    }

    /// The store gave the session its epoch.
    package mutating func enter(_ ticket: Ticket, epoch: Int64, presence: AgentPresence) -> Entry {
        var sessions = self.sessions[ticket.agent] ?? []
        let highest = sessions.compactMap(\.epoch).max() ?? 0
        guard epoch > highest, let index = sessions.firstIndex(where: { $0.ticket == ticket }) else {
            return .overtaken
        }
        sessions[index].epoch = epoch
        let overtaken = sessions.filter { $0.epoch != nil && $0.ticket != ticket }
        sessions.removeAll { $0.epoch != nil && $0.ticket != ticket }
        self.sessions[ticket.agent] = sessions
        self.presences[ticket.agent] = presence
        return .entered(overtaken: overtaken.map(\.handle))
    }

    /// What a session knows of its agent changed.
    ///
    /// - Returns: false when the session does not stand (any more).
    package mutating func note(_ presence: AgentPresence, of ticket: Ticket) -> Bool {
        guard self.standing(ticket.agent)?.ticket == ticket else { return false }
        self.presences[ticket.agent] = presence
        return true
    }

    /// The session is over.
    ///
    /// - Returns: whether it stood until now.
    package mutating func leave(_ ticket: Ticket) -> Bool {
        let stood = self.standing(ticket.agent)?.ticket == ticket
        self.sessions[ticket.agent]?.removeAll { $0.ticket == ticket }
        if self.sessions[ticket.agent]?.isEmpty == true { self.sessions[ticket.agent] = nil }
        if stood { self.presences[ticket.agent] = nil }
        return stood
    }

    /// Everything that speaks for the agent: the session that stands and those about to enter.
    package func handles(of agent: AgentID) -> [Handle] { (self.sessions[agent] ?? []).map(\.handle) }

    /// The sessions that stand, with the agents they are of.
    package var standing: [(agent: AgentID, handle: Handle)] {
        self.sessions.keys.sorted().compactMap { agent in self.standing(agent).map { (agent, $0.handle) } }
    }

    /// What stands, with its epoch.
    package var holdings: [AgentID: ClusterRoster.Session] {
        var holdings: [AgentID: ClusterRoster.Session] = [:]
        for (agent, presence) in self.presences {
            if let epoch = self.standing(agent)?.epoch {
                holdings[agent] = ClusterRoster.Session(epoch: epoch, presence: presence)
            }
        }
        return holdings
    }

    /// Another server gave the agent a later session.
    ///
    /// - Returns: what stood here until now, and has to be closed.
    package mutating func yield(_ agent: AgentID, to epoch: Int64) -> Handle? {
        guard let session = self.standing(agent), let own = session.epoch, own < epoch, self.leave(session.ticket)
        else {
            return nil
        }
        return session.handle
    }

    private func standing(_ agent: AgentID) -> Session? { self.sessions[agent]?.first { $0.epoch != nil } }

    // MARK: Copies

    /// A copy was kept out.
    ///
    /// - Returns: whether this is news: the same copy tries again and again.
    package mutating func quarantine(
        _ agent: AgentID,
        _ instance: AgentInstance,
        hostname: String,
        address: String,
        at now: Timestamp
    ) -> Bool {
        var copies = (self.quarantined[agent] ?? []).filter { self.isFresh($0, at: now) }
        defer { self.quarantined[agent] = copies }
        if let index = copies.firstIndex(where: { $0.instance == instance }) {
            copies[index].lastSeen = now
            return false
        }
        if copies.count >= Self.copyLimit { copies.removeFirst() }
        copies.append(
            DuplicateAgent(instance: instance, hostname: hostname, address: address, firstSeen: now, lastSeen: now)
        )
        return true
    }

    /// Copies that tried to connect lately, oldest first.
    package func duplicates(at now: Timestamp) -> [AgentID: [DuplicateAgent]] {
        self.quarantined.compactMapValues { copies in
            let fresh = copies.filter { self.isFresh($0, at: now) }
            return fresh.isEmpty ? nil : fresh
        }
    }

    /// Forgets copies that have gone; returns the agents that have none any more.
    package mutating func forgetDuplicates(at now: Timestamp) -> [AgentID] {
        let before = Set(self.quarantined.keys)
        self.quarantined = self.duplicates(at: now)
        return before.subtracting(self.quarantined.keys).sorted()
    }

    private func isFresh(_ duplicate: DuplicateAgent, at now: Timestamp) -> Bool {
        now.milliseconds(since: duplicate.lastSeen) < Self.patience
    }
}
