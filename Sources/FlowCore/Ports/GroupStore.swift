// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Host groups and who belongs to them.
///
/// The built-in group ``Group/everyone`` always exists and holds every agent.
package protocol GroupStore: Sendable {
    func createGroup(name: String, description: String, tags: [String], by change: Change) async throws -> Group
    /// - Throws: `forbidden` for the built-in group.
    func updateGroup(
        _ id: GroupID,
        name: String,
        description: String,
        tags: [String],
        by change: Change
    ) async throws -> Group
    /// - Throws: `inUse` while jobs are bound (S1-FR-3.1), naming them, or a rule fills it; `forbidden` for the built-in group.
    func deleteGroup(_ id: GroupID, by change: Change) async throws
    func group(_ id: GroupID) async throws -> Group?
    func group(named name: String) async throws -> Group?
    func groups() async throws -> [GroupSummary]
    /// What all groups are called; costs nothing for their hosts and jobs.
    func groupNames() async throws -> [GroupID: String]
    func agents(in group: GroupID) async throws -> [Agent]
    /// Adds agents to a group and raises the configuration version. Agents already in it stay.
    func addAgents(_ agents: [AgentID], to group: GroupID, by change: Change) async throws
    /// Takes agents out of a group, and ends what was planned for them and does not reach them any more (``Obsolescence``).
    ///
    /// - Returns: the records that ended.
    @discardableResult
    func removeAgents(_ agents: [AgentID], from group: GroupID, by change: Change) async throws -> [Execution]
    func groups(of agent: AgentID) async throws -> [Group]

    /// The rules that put new hosts into groups, in their order (S1-FR-3.2).
    func groupRules() async throws -> [GroupRule]
    /// Replaces all rules.
    ///
    /// - Throws: `notFound` when a group is none, `forbidden` for the built-in one.
    func setGroupRules(_ rules: [GroupRule], by change: Change) async throws
    /// Adds memberships and raises the configuration version, in one transaction; those that are there stay.
    func addMemberships(_ memberships: [AgentID: [GroupID]], by change: Change) async throws
}

/// A group with what a list shows beside it.
package struct GroupSummary: Hashable, Sendable {
    package let group: Group
    package let agents: [AgentID]
    package let jobCount: Int

    package init(group: Group, agents: [AgentID], jobCount: Int) {
        self.group = group
        self.agents = agents
        self.jobCount = jobCount
    }
}
