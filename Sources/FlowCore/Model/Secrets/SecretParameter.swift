// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Values of parameters that a job declares as secret, between whoever says them and the host that runs the job.
///
/// The record of a run has such a value sealed, bound to job and name, or as `secret:NAME` where a stored secret was named. An
/// order has ``mask`` in its place; the host asks for the value when the attempt starts, as for any secret.
package enum SecretParameter {
    /// What stands for a value wherever people and hosts see parameters.
    package static let mask = "•••"
    /// Of each sealed value: a parameter is said once.
    package static let sealVersion: Int64 = 1

    /// What a value is bound to.
    package static func sealName(of name: String, job: JobUID) -> String { "parameter/\(job)/\(name)" }

    /// The name of a value among those that a host is given; no stored secret has such a name.
    package static func key(of name: String) -> String { "parameter:\(name)" }

    /// Nobody can say such a text: it is refused wherever parameters come in.
    package static func isSealed(_ text: String) -> Bool {
        text.utf8.starts(with: "qfs1.".utf8) && SecretSeal.kid(of: text) != nil
    }

    /// The stored secret that a value names; nil when it is a value.
    package static func reference(_ text: String) -> String? {
        let names = SecretReference.names(in: text)
        guard let name = names.first, names.count == 1, text.utf8.elementsEqual("secret:\(name)".utf8),
            SecretReference.isName(name)
        else { return nil }
        return name
    }

    /// Parameters as they may be shown.
    package static func shown(_ parameters: [String: String]) -> [String: String] {
        parameters.mapValues { self.isSealed($0) ? self.mask : $0 }
    }

    /// Parameters as an order of a version of a job has them.
    ///
    /// What is sealed and not declared any more is left out: nobody could open it.
    static func ordered(_ parameters: [String: String], of job: JobSnapshot) -> [String: String] {
        guard !parameters.isEmpty else { return parameters }
        let secret = Set(job.secretParameters)
        var ordered: [String: String] = [:]
        for (name, value) in parameters {
            if secret.contains(name) {
                ordered[name] = self.mask
            } else if !self.isSealed(value) {
                ordered[name] = value
            }
        }
        return ordered
    }
}

extension JobDefinition {
    /// Names of parameters whose values nobody is shown, in their order.
    package var secretParameters: [String] { (self.parameters ?? []).filter(\.isSecret).map(\.name) }

    /// Where a secret may be named, with the paths in the API: the payload, and defaults of secret parameters.
    package var secretPlaces: [(path: String, text: String)] {
        var places = self.payload.secretPlaces
        for (index, parameter) in (self.parameters ?? []).enumerated() where parameter.isSecret {
            if let value = parameter.defaultValue { places.append(("parameters[\(index)].default", value)) }
        }
        return places
    }

    /// The stored secrets that its runs need, whatever they are handed; ascending.
    package var secretNames: [String] {
        Set(self.secretPlaces.flatMap { SecretReference.names(in: $0.text) }).sorted()
    }
}

extension Order {
    /// The parameters of the execution whose values its host has to ask for, ascending.
    package var secretParameters: [String] {
        let declared = self.job.secretParameters
        guard !declared.isEmpty else { return [] }
        let values = self.values
        return declared.filter { values[$0] != nil }.sorted()
    }

    /// Whether its host has to ask for values before it can start.
    package var needsSecrets: Bool { !self.secretParameters.isEmpty || !self.job.payload.secretNames.isEmpty }

    /// With values in the places of secret parameters and of names: for the memory of the host that runs it, and nothing else.
    ///
    /// - Throws: `CoreError` for what has no value.
    package func resolved(_ values: [String: String]) throws(CoreError) -> Order {
        var parameters = self.parameters
        for name in self.secretParameters {
            guard let value = values[SecretParameter.key(of: name)] else {
                throw CoreError(.invalid, "the value of the parameter '\(name)' was not given to this host")
            }
            parameters[name] = value
        }
        return Order(
            executionID: self.executionID,
            runID: self.runID,
            job: self.job.with(try self.job.payload.resolved(values)),
            kind: self.kind,
            nominal: self.nominal,
            dataTime: self.dataTime,
            parameters: parameters,
            retryOf: self.retryOf,
            deadline: self.deadline,
            hold: self.hold
        )
    }
}

extension JobSnapshot {
    /// The same with another payload.
    fileprivate func with(_ payload: Payload) -> JobSnapshot {
        JobSnapshot(
            uid: self.uid,
            id: self.id,
            version: self.version,
            name: self.name,
            payload: payload,
            schedule: self.schedule,
            policies: self.policies,
            isEnabled: self.isEnabled,
            defaults: self.defaults,
            secretParameters: self.secretParameters
        )
    }
}
