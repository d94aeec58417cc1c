// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Secrets, sealed: the store never sees a value.
package protocol SecretStore: Sendable {
    /// By name.
    func secrets() async throws -> [Secret]
    func secret(named name: String) async throws -> Secret?
    /// A secret with its value as it is sealed, for the server's own use.
    func sealedSecret(named name: String) async throws -> (secret: Secret, text: String)?
    /// Sets a secret's value, owners, or both; what is not given stays.
    ///
    /// - Parameters:
    ///   - expected: the version that is replaced; 0 = there is none yet.
    ///   - sealed: the next version's value, bound to that version.
    ///   - force: also when jobs that name it would not be covered any more.
    /// - Throws: `conflict` for another version, `notFound` for a group, `inUse` with the jobs that would lose it.
    func setSecret(
        named name: String,
        expected: Int64,
        sealed: String?,
        owners: Scope,
        force: Bool,
        by change: Change
    ) async throws -> Secret
    /// - Throws: `notFound`, `inUse` without `force` while a job names it.
    func deleteSecret(named name: String, force: Bool, by change: Change) async throws
    /// Jobs whose present version names a secret.
    func jobs(naming secret: String) async throws -> [Job]
    /// What a host needs for an execution of a version of a job.
    ///
    /// What the run was handed counts only where the execution is this host's; one that nobody knows here has the defaults.
    ///
    /// - Returns: nil when this host is no target of this job, or the version was never stored.
    func sealedSecrets(for request: SecretsRequest, on agent: AgentID) async throws -> NeededSecrets?
    /// Names this installation; made once.
    func installation() async throws -> String
    /// Whether anything was ever sealed here with a key.
    func hasSecrets() async throws -> Bool
}

/// The secrets that a version of a job names.
package struct NeededSecrets: Hashable, Sendable {
    package struct Sealed: Hashable, Sendable {
        package let name: String
        package let version: Int64
        package let text: String

        package init(name: String, version: Int64, text: String) {
            self.name = name
            self.version = version
            self.text = text
        }
    }

    package let job: JobID
    package let jobName: String
    package let groups: [GroupID]
    package let sealed: [Sealed]
    /// The values of secret parameters by name, as the run or the job has them: sealed, or the name of a stored secret.
    package let parameters: [String: String]
    /// Names of secrets that do not exist, or whose owners do not cover the job's groups.
    package let refused: [String]

    package init(
        job: JobID,
        jobName: String,
        groups: [GroupID],
        sealed: [Sealed],
        parameters: [String: String] = [:],
        refused: [String]
    ) {
        self.job = job
        self.jobName = jobName
        self.groups = groups
        self.sealed = sealed
        self.parameters = parameters
        self.refused = refused
    }
}
