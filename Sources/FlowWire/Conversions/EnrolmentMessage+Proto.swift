// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import SwiftProtobuf

/// Everything that is said on an enrolment connection: one request, one answer.
package enum EnrolmentMessage: Hashable, Sendable {
    case request(EnrolRequest)
    case response(EnrolResponse)
    case refusal(code: String, message: String)
}

/// An agent without an identity asks for one.
package struct EnrolRequest: Hashable, Sendable {
    package var tokenID: String
    package var secret: String
    /// PKCS #10 in PEM; only its key and signature are used.
    package var certificateRequest: String
    package var name: String
    package var hostname: String
    package var operatingSystem: String
    package var version: String
    package var labels: [String: String]
    /// What the host's own configuration names; the token says which of them it may join.
    package var groups: [String]

    package init(
        tokenID: String,
        secret: String,
        certificateRequest: String,
        name: String,
        hostname: String,
        operatingSystem: String,
        version: String,
        labels: [String: String] = [:],
        groups: [String] = []
    ) {
        self.tokenID = tokenID
        self.secret = secret
        self.certificateRequest = certificateRequest
        self.name = name
        self.hostname = hostname
        self.operatingSystem = operatingSystem
        self.version = version
        self.labels = labels
        self.groups = groups
    }
}

/// An identity for an agent.
package struct EnrolResponse: Hashable, Sendable {
    package var agent: AgentID
    /// PEM, leaf first.
    package var certificateChain: String
    /// The certificate authority, PEM.
    package var authority: String
    /// The name the server's certificate is checked against from now on.
    package var serverName: String
    /// What the host asked for and did not get, in words; empty when it got everything.
    package var remark: String
    /// Whose signatures definitions have, the newest last; none from a server of an earlier version.
    package var signingKeys: [SigningKeyStatement]
    /// Its authorities vouch for the one that follows (``AuthorityNews``).
    package var vouches: Bool

    package init(
        agent: AgentID,
        certificateChain: String,
        authority: String,
        serverName: String,
        remark: String = "",
        signingKeys: [SigningKeyStatement] = [],
        vouches: Bool = false
    ) {
        self.vouches = vouches
        self.signingKeys = signingKeys
        self.agent = agent
        self.certificateChain = certificateChain
        self.authority = authority
        self.serverName = serverName
        self.remark = remark
    }
}

extension PBEnvelope {
    package init(_ message: EnrolmentMessage) {
        self.init()
        switch message {
        case .request(let request):
            self.enrolRequest = .with {
                $0.tokenID = request.tokenID
                $0.secret = request.secret
                $0.certificateRequest = request.certificateRequest
                $0.name = request.name
                $0.hostname = request.hostname
                $0.operatingSystem = request.operatingSystem
                $0.version = request.version
                $0.labels = request.labels
                $0.groups = request.groups
            }
        case .response(let response):
            self.enrolResponse = .with {
                $0.agentID = response.agent.rawValue
                $0.certificateChain = response.certificateChain
                $0.authority = response.authority
                $0.serverName = response.serverName
                $0.remark = response.remark
                $0.signingKeys = response.signingKeys.map { PBSigningKey($0) }
                $0.vouches = response.vouches
            }
        case .refusal(let code, let text): self.enrolRefusal = .with { ($0.code, $0.message) = (code, text) }
        }
    }

    /// - Throws: ``WireError`` when this is not, or not a valid, message of an enrolment.
    package func enrolmentMessage() throws(WireError) -> EnrolmentMessage {
        switch self.message {
        case .enrolRequest(let request):
            return .request(
                EnrolRequest(
                    tokenID: try Fields.label(request.tokenID, "enrol_request.token_id"),
                    secret: try Fields.label(request.secret, "enrol_request.secret"),
                    certificateRequest: request.certificateRequest,
                    name: try Fields.label(request.name, "enrol_request.name"),
                    hostname: try Fields.label(request.hostname, "enrol_request.hostname"),
                    operatingSystem: try Fields.label(request.operatingSystem, "enrol_request.operating_system"),
                    version: try Fields.label(request.version, "enrol_request.version"),
                    labels: HostLabels.kept(request.labels),
                    groups: try Self.groups(request.groups)
                )
            )
        case .enrolResponse(let response):
            return .response(
                EnrolResponse(
                    agent: try Fields.agent(response.agentID, "enrol_response.agent_id"),
                    certificateChain: response.certificateChain,
                    authority: response.authority,
                    serverName: try Fields.label(response.serverName, "enrol_response.server_name", minimum: 1),
                    remark: String(response.remark.prefix(Self.remarkLimit)),
                    signingKeys: response.signingKeys.map(\.decoded),
                    vouches: response.vouches
                )
            )
        case .enrolRefusal(let refusal):
            return .refusal(code: try Fields.label(refusal.code, "enrol_refusal.code"), message: refusal.message)
        default: throw WireError.outOfOrder(message: self.name, expected: "a message of an enrolment")
        }
    }

    /// Characters of a server's remark that are read.
    private static let remarkLimit = 1000

    private static func groups(_ names: [String]) throws(WireError) -> [String] {
        guard names.count <= Group.namesLimit else {
            throw WireError.invalid(field: "enrol_request.groups", problem: "has more than \(Group.namesLimit) names")
        }
        var read: [String] = []
        for (index, name) in names.enumerated() {
            read.append(try Fields.label(name, "enrol_request.groups[\(index)]", minimum: 1))
        }
        return read
    }
}
