// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What several servers on one database agree on: who is there, who does what, who holds which agent.
///
/// Leases and signs of life go by the database's clock. Nothing here decides what may run; that is each row's compare-and-set
/// (R3), the agent (R1) and the order in which the database lets servers write.
package protocol ClusterStore: Sendable {
    /// Gives a sign of life, renews leases that still have the terms given, and looks at all.
    ///
    /// - Parameter lifetime: of leases and signs of life; milliseconds.
    func beat(_ node: ServerNode, renewing: [WorkUnit: Int64], lifetime: Int64) async throws -> ClusterView
    /// Takes leases that are over and still have the terms given.
    ///
    /// - Returns: those it got, with their new terms.
    func takeLeases(_ units: [WorkUnit: Int64], for server: ServerID, lifetime: Int64) async throws -> [WorkUnit: Int64]
    /// Hands leases over that still have the terms given; to nobody, they are over at once.
    func giveLeases(
        _ units: [WorkUnit: Int64],
        from server: ServerID,
        to heir: ServerID?,
        lifetime: Int64
    ) async throws
    /// Takes the server and all that belongs to it out.
    func leaveCluster(_ server: ServerID) async throws
    /// Takes servers out that were not seen for some milliseconds.
    ///
    /// - Returns: the agents they held, and that no other server holds.
    func bury(unseenFor patience: Int64) async throws -> [AgentID]

    /// Notes which agents a server holds; of two servers the higher epoch counts.
    func noteSessions(_ sessions: [HeldSession], gone: [AgentID: Int64], of server: ServerID) async throws
    /// What other servers hold.
    func sessionsElsewhere(than server: ServerID) async throws -> [HeldSession]

    /// Leaves messages for servers; what was sent before is a hint, and may get lost with the server that sent it.
    func post(_ messages: [(server: ServerID, body: String)]) async throws
    /// Takes messages out, oldest first.
    func takeMessages(for server: ServerID, limit: Int) async throws -> [String]

    /// Whenever a message may be there; hints that may fail to come. Ends with the store.
    func wakeUps(of server: ServerID) -> AsyncStream<Void>

    /// Numbers that rise with each change of the configuration and of the settings.
    func clusterVersions() async throws -> ClusterVersions
    /// The configuration version that changed a job last; nil when the log does not reach back so far.
    func lastChange(of job: JobUID) async throws -> Int64?

    /// Keeps a value under a name, unless there is one already.
    ///
    /// - Returns: what is there now.
    func share(_ name: String, _ value: String) async throws -> String
}

/// What people ask of servers that share a database.
package protocol ServerRestStore: Sendable {
    /// Asks a server to leave its work to others, or to take it again; it hears of that with its next sign of life.
    ///
    /// - Throws: `notFound` for a server that is not there any more.
    func setRest(_ rests: Bool, of server: ServerID, by change: Change) async throws

    /// Writes down who had hosts spread evenly over the servers.
    ///
    /// - Parameter moved: how many hosts go to another server for that.
    func noteRebalance(moved: Int, by change: Change) async throws
}

/// An agent's session, as all servers know it.
package struct HeldSession: Hashable, Sendable {
    package let agent: AgentID
    package let server: ServerID
    package let epoch: Int64
    /// What the server knows of the agent, in a form that servers understand.
    package let presence: String

    package init(agent: AgentID, server: ServerID, epoch: Int64, presence: String) {
        self.agent = agent
        self.server = server
        self.epoch = epoch
        self.presence = presence
    }
}

package struct ClusterVersions: Hashable, Sendable {
    package let configuration: Int64
    package let settings: Int64

    package init(configuration: Int64, settings: Int64) {
        self.configuration = configuration
        self.settings = settings
    }
}
