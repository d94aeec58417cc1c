// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Seals what is said for secret parameters, before anything of it is stored.
struct ParameterSealer: Sendable {
    /// Nil while the master key is missing: then nothing can be sealed.
    let seal: SecretSeal?

    /// - Parameter takesNames: whether `secret:NAME` names a stored secret; what programs send is a text, whatever it says.
    func sealed(_ parameters: [String: String], of job: Job, takesNames: Bool) throws -> [String: String] {
        try self.sealed(parameters, of: job.definition, uid: job.uid, takesNames: takesNames)
    }

    /// The same for a job that is not stored, under the identity that it is given.
    func sealed(
        _ parameters: [String: String],
        of definition: JobDefinition,
        uid: JobUID,
        takesNames: Bool
    ) throws -> [String: String] {
        var sealed = parameters
        for name in definition.secretParameters {
            guard let value = parameters[name], !SecretParameter.isSealed(value) else { continue }
            if takesNames, SecretParameter.reference(value) != nil { continue }
            guard let seal else { throw StoreFault.keyMissing }
            sealed[name] = try seal.seal(
                value,
                name: SecretParameter.sealName(of: name, job: uid),
                version: SecretParameter.sealVersion
            )
        }
        return sealed
    }

    /// Whether two say the same: each sealing of a value is another text.
    func areSame(_ first: [String: String], _ second: [String: String], job: JobUID) -> Bool {
        first.count == second.count
            && first.allSatisfy { name, value in
                guard let other = second[name] else { return false }
                guard SecretParameter.isSealed(value), SecretParameter.isSealed(other) else { return value == other }
                let bound = SecretParameter.sealName(of: name, job: job)
                guard let one = self.seal?.open(value, name: bound, version: SecretParameter.sealVersion),
                    let two = self.seal?.open(other, name: bound, version: SecretParameter.sealVersion)
                else { return false }
                return one.utf8.elementsEqual(two.utf8)
            }
    }
}

extension RunStarter {
    /// Parameters that a person says, as they are stored.
    ///
    /// - Throws: `invalid` for a stored secret that whoever says it may not use for this job.
    func sealed(
        _ parameters: [String: String],
        of job: Job,
        as principal: Principal
    ) async throws -> [String: String] {
        try await self.sealed(parameters, of: job.definition, uid: job.uid, as: principal)
    }

    /// The same for a job that is not stored, under the identity that it is given.
    func sealed(
        _ parameters: [String: String],
        of definition: JobDefinition,
        uid: JobUID,
        as principal: Principal
    ) async throws -> [String: String] {
        var faults = FaultCollector()
        var places: [(path: String, text: String)] = []
        for name in definition.secretParameters {
            guard let value = parameters[name], SecretParameter.reference(value) != nil else { continue }
            places.append(("params.\(name)", value))
        }
        try await SecretService.check(places, of: definition.groups, &faults, in: self.store, as: principal)
        try faults.check("The job cannot be started")
        return try self.sealer.sealed(parameters, of: definition, uid: uid, takesNames: true)
    }

    /// The parameters of a run that is run again.
    ///
    /// - Throws: `conflict` when something secret would be handed to a job that does not keep it so any more.
    func carried(
        _ parameters: [String: String],
        to job: Job,
        as principal: Principal
    ) async throws -> [String: String] {
        let declared = job.definition.secretParameters
        for (name, value) in parameters.sorted(by: { $0.key < $1.key })
        where SecretParameter.isSealed(value) && !declared.contains(name) {
            throw CoreError(
                .conflict,
                "The parameter '\(name)' of that run is secret, and the task does not declare it so any more. Start the task anew."
            )
        }
        return try await self.sealed(parameters, of: job, as: principal)
    }
}
