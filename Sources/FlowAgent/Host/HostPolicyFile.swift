// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// Reads the file in which the people of a host say what is allowed on it.
package enum HostPolicyFile {
    /// Where it is looked for; a host without it allows everything.
    package static let standardPath = "/etc/quicflow/policy.json"
    /// Where plugins are when it does not say; only when the directory is there.
    package static let standardPlugins = "/etc/quicflow/plugins"

    private static let sizeLimit = 1 << 20

    /// - Parameter path: a file that has to be there; nil = the standard one, if it is there.
    /// - Throws: `CoreError` for a file that can't be read or understood: a rule that is not understood is not left out.
    package static func read(_ path: String?) throws -> HostPolicy {
        let place = path ?? self.standardPath
        var policy = HostPolicy()
        if path != nil || access(place, F_OK) == 0 {
            guard let data = FileManager.default.contents(atPath: place), data.count <= self.sizeLimit else {
                throw CoreError(.invalid, "the host's policy \(place) can't be read; nothing is started without it")
            }
            do { policy = try self.parse(Array(data)) } catch {
                throw CoreError(.invalid, "the host's policy \(place): \(error.message)")
            }
        }
        var isDirectory: ObjCBool = false
        if policy.plugins == nil,
            FileManager.default.fileExists(atPath: self.standardPlugins, isDirectory: &isDirectory),
            isDirectory.boolValue
        {
            policy.plugins = self.standardPlugins
        }
        return policy
    }

    /// Files of `network.authorities` that can't be read now, or have no certificate.
    ///
    /// They keep nothing from starting: HTTPS requests fail as long as one is like that, with its name, and all other jobs run.
    package static func unreadableAuthorities(of policy: HostPolicy) -> [String] {
        (policy.network.authorities ?? []).filter { HTTPAuthorities.certificates(in: $0) == nil }
    }

    /// - Throws: `CoreError` that names what is wrong.
    package static func parse(_ bytes: [UInt8]) throws(CoreError) -> HostPolicy {
        let json: JSON
        do { json = try JSONParser.parse(bytes) } catch {
            throw CoreError(.invalid, "\(error.message) at byte \(error.position)")
        }
        var policy = HostPolicy()
        for (name, value) in try self.members(json, "the policy") {
            switch name {
            case "executors":
                let words = try self.words(value, name)
                for word in words where !["shell", "http", "sql", "plugin", "builtin", "container"].contains(word) {
                    throw CoreError(.invalid, "executors: '\(word)' is no kind of job")
                }
                policy.executors = words
            case "interpreters": policy.interpreters = try self.paths(value, name)
            case "directories": policy.directories = try self.paths(value, name)
            case "users":
                let users = try self.words(value, name)
                for user in users where !JobLimits.isUserName(user) {
                    throw CoreError(.invalid, "users: '\(user)' is no name of a user")
                }
                policy.users = users
            case "plugins": policy.plugins = try self.paths(.array([value]), name).first
            case "concurrency":
                guard case .integer(let number) = value, (1...100_000).contains(number) else {
                    throw CoreError(.invalid, "concurrency is a number from 1 to 100000")
                }
                policy.concurrency = Int(number)
            case "signatures":
                guard case .string(let word) = value, let rule = SignatureRule(rawValue: word) else {
                    throw CoreError(.invalid, "signatures is none of \"required\", \"accepted\"")
                }
                policy.signatures = rule
            case "network": policy.network = try self.network(value)
            case "containers": policy.containers = try self.containers(value)
            case "units": policy.units = try self.units(value)
            default: throw CoreError(.invalid, "'\(name)' is no rule of a policy")
            }
        }
        return policy
    }

    private static func network(_ value: JSON) throws(CoreError) -> HostPolicy.Network {
        var network = HostPolicy.Network()
        for (name, value) in try self.members(value, "network") {
            switch (name, value) {
            case ("private", .bool(let isAllowed)): network.ownPrivate = isAllowed
            case ("loopback", .bool(let isAllowed)): network.ownLoopback = isAllowed
            case ("hosts", _): network.hosts = try self.words(value, "network.hosts")
            case ("client_certificates", _): network.clientCertificates = try self.certificates(value)
            case ("authorities", _): network.authorities = try self.paths(value, "network.authorities")
            default:
                throw CoreError(
                    .invalid,
                    "network: '\(name)' is none of private, loopback (true, false), hosts, authorities, client_certificates"
                )
            }
        }
        return network
    }

    private static func certificates(_ value: JSON) throws(CoreError) -> [String: HostPolicy.ClientCertificate] {
        let place = "network.client_certificates"
        var found: [String: HostPolicy.ClientCertificate] = [:]
        for (name, value) in try self.members(value, place) {
            guard HTTPPayload.isCertificateName(name) else {
                throw CoreError(
                    .invalid,
                    "\(place): '\(name)' is no name: letters, digits, '.', '_' and '-', at most 64"
                )
            }
            var pair = HostPolicy.ClientCertificate(certificate: "", key: "")
            for (field, value) in try self.members(value, "\(place).\(name)") {
                let path = "\(place).\(name).\(field)"
                switch field {
                case "certificate": pair.certificate = try self.paths(.array([value]), path).first ?? ""
                case "key": pair.key = try self.paths(.array([value]), path).first ?? ""
                case "hosts": pair.hosts = try self.words(value, path)
                default: throw CoreError(.invalid, "\(path) is none of certificate, key, hosts")
                }
            }
            guard !pair.certificate.isEmpty, !pair.key.isEmpty else {
                throw CoreError(.invalid, "\(place).\(name) lacks the path of 'certificate' or of 'key'")
            }
            found[name] = pair
        }
        return found
    }

    private static func containers(_ value: JSON) throws(CoreError) -> HostPolicy.Containers {
        var rules = HostPolicy.Containers()
        for (name, value) in try self.members(value, "containers") {
            switch name {
            case "engine": rules.engine = try self.paths(.array([value]), "containers.engine").first
            case "images": rules.images = try self.words(value, "containers.images")
            case "networks":
                let words = try self.words(value, "containers.networks")
                for word in words where ContainerPayload.Network(rawValue: word) == nil {
                    throw CoreError(.invalid, "containers.networks: '\(word)' is none of bridge, host, none")
                }
                rules.networks = words
            default: throw CoreError(.invalid, "containers: '\(name)' is none of engine, images, networks")
            }
        }
        return rules
    }

    private static func units(_ value: JSON) throws(CoreError) -> HostPolicy.Units {
        var rules = HostPolicy.Units()
        for (name, value) in try self.members(value, "units") {
            switch (name, value) {
            case ("allowed", .bool(let isAllowed)): rules.isAllowed = isAllowed
            case ("slices", _):
                let words = try self.words(value, "units.slices")
                for word in words where !TransientUnit.isSlice(word) {
                    throw CoreError(.invalid, "units.slices: '\(word)' is no name of a slice such as 'batch.slice'")
                }
                rules.slices = words
            default: throw CoreError(.invalid, "units: '\(name)' is none of allowed (true, false), slices")
            }
        }
        return rules
    }

    private static func members(_ value: JSON, _ what: String) throws(CoreError) -> [(String, JSON)] {
        guard case .object(let members) = value else {
            throw CoreError(.invalid, "\(what) is \(value.kind), not an object")
        }
        return members.map { ($0.name.text, $0.value) }
    }

    private static func words(_ value: JSON, _ name: String) throws(CoreError) -> [String] {
        guard case .array(let elements) = value else {
            throw CoreError(.invalid, "\(name) is \(value.kind), not a list")
        }
        var words: [String] = []
        for element in elements {
            guard case .string(let text) = element, !text.isEmpty else {
                throw CoreError(.invalid, "\(name) has something else than texts")
            }
            words.append(text)
        }
        return words
    }

    private static func paths(_ value: JSON, _ name: String) throws(CoreError) -> [String] {
        let paths = try self.words(value, name)
        for path in paths where !JobLimits.isPath(path) || path.split(separator: "/").contains("..") {
            throw CoreError(.invalid, "\(name): '\(path)' is no absolute path")
        }
        return paths
    }
}
