// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import SwiftProtobuf

import struct Foundation.Data

/// Signs what hosts are told to run.
package protocol DefinitionSigning: Sendable {
    /// Signatures of a definition's bytes by each key that is in use; the same bytes cost their signing once.
    ///
    /// - Throws: what the keys throw; nothing is sent then.
    func signatures(of definition: [UInt8]) throws -> [DefinitionSignature]
}

extension PBSigningKey {
    init(_ statement: SigningKeyStatement) {
        self.init()
        self.key = Data(statement.key)
        self.endorsement = Data(statement.endorsement)
    }

    var decoded: SigningKeyStatement {
        SigningKeyStatement(key: Array(self.key.prefix(64)), endorsement: Array(self.endorsement.prefix(256)))
    }
}

extension PBAuthorityRoots {
    init(_ news: AuthorityNews) {
        self.init()
        self.certificates = news.certificates
        self.vouchers = news.vouchers.map { voucher in
            .with { ($0.authority, $0.signature) = (Data(voucher.authority), Data(voucher.signature)) }
        }
        self.vouches = news.vouches
    }

    var decoded: AuthorityNews {
        AuthorityNews(
            certificates: self.certificates,
            vouchers: self.vouchers.prefix(Self.most).map {
                AuthorityVoucher(authority: Array($0.authority.prefix(32)), signature: Array($0.signature.prefix(256)))
            },
            vouches: self.vouches
        )
    }

    /// Vouchers that are read; more than a server ever has.
    private static let most = 8
}

extension PBEnvelope {
    /// Puts signed bytes in the place of each definition.
    mutating func sign(by signer: any DefinitionSigning) throws(WireError) {
        // Each is taken out first: what is held twice is copied when it is changed, message by message.
        switch self.message {
        case .welcome where self.welcome.hasConfig:
            var welcome = self.welcome
            self.message = nil
            try welcome.config.sign(by: signer)
            self.welcome = welcome
        case .taskConfigPush:
            var push = self.taskConfigPush
            self.message = nil
            try push.sign(by: signer)
            self.taskConfigPush = push
        case .taskExecutions:
            var batch = self.taskExecutions
            self.message = nil
            for index in batch.executions.indices { try batch.executions[index].task.sign(by: signer) }
            self.taskExecutions = batch
        default: break
        }
    }
}

extension PBTaskConfigPush {
    fileprivate mutating func sign(by signer: any DefinitionSigning) throws(WireError) {
        for index in self.tasks.indices { try self.tasks[index].sign(by: signer) }
    }
}

extension PBTaskConfig {
    fileprivate mutating func sign(by signer: any DefinitionSigning) throws(WireError) {
        var inner = self
        if inner.hasPlanDigest { inner.clearPlanDigest() }
        var options = BinaryEncodingOptions()
        // Equal definitions have equal bytes, so that one is signed once.
        options.useDeterministicOrdering = true
        let bytes: [UInt8]
        let signatures: [DefinitionSignature]
        do {
            bytes = try inner.serializedBytes(options: options)
            signatures = try signer.signatures(of: bytes)
        } catch {
            throw WireError.invalid(field: "task", problem: "can't be signed: \(error)")
        }
        var outer = PBTaskConfig()
        outer.id = self.id
        outer.name = self.name
        outer.uid = self.uid
        outer.version = self.version
        if self.hasPlanDigest { outer.planDigest = self.planDigest }
        outer.definition = Data(bytes)
        outer.signatures = signatures.map { signature in
            .with {
                $0.key = Data(signature.key)
                $0.signature = Data(signature.signature)
            }
        }
        self = outer
    }

    /// Like decoded(_:), with what its signature is worth.
    ///
    /// A definition whose signature is not good is refused alone: what of it can be read says whose records its fires have.
    func checked(_ field: String, _ reader: DefinitionReader) throws(WireError) -> JobSnapshot {
        guard self.hasDefinition else { return try self.decoded(field) }
        let bytes = Array(self.definition)
        let signatures = self.signatures.map {
            DefinitionSignature(key: Array($0.key), signature: Array($0.signature))
        }
        return try reader.read(bytes, signatures, of: JobUID(bytes: self.uid)) { () throws(WireError) in
            try self.judged(bytes, reader.trust.verdict(of: bytes, signatures), field)
        }
    }

    private func judged(
        _ bytes: [UInt8],
        _ verdict: DefinitionVerdict?,
        _ field: String
    ) throws(WireError) -> JobSnapshot {
        var job: JobSnapshot
        do throws(WireError) {
            guard let inner = try? PBTaskConfig(serializedBytes: bytes), inner.uid == self.uid else {
                throw WireError.invalid(field: field + ".definition", problem: "can't be read")
            }
            job = try inner.decoded(field + ".definition")
        } catch {
            if case .signed? = verdict { throw error }
            // Of what was changed on its way nothing but its name counts.
            job = try self.bare(field)
            job.unsupported = "\(error)"
        }
        job.verdict = verdict
        return job
    }

    private func bare(_ field: String) throws(WireError) -> JobSnapshot {
        JobSnapshot(
            uid: try Fields.identifier(self.uid, field + ".uid"),
            id: try Fields.number(self.id, field + ".id"),
            version: try Fields.count(self.version, field + ".version"),
            name: try Fields.label(self.name, field + ".name"),
            payload: .shell(ShellPayload(command: "")),
            schedule: .manual,
            policies: Policies(),
            isEnabled: false
        )
    }
}
