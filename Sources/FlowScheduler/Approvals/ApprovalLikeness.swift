// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Recognises a request that is repeated though something secret in it was sealed anew.
///
/// A keyed digest over what is asked for with the values themselves: whoever reads the database can try no values with it.
package enum ApprovalLikeness {
    /// - Parameter job: what the sealed values are bound to.
    /// - Returns: nil for what has nothing sealed, which its digest is enough for, and for what can't be opened here.
    package static func text(of approval: Approval, job: JobUID, seal: SecretSeal) -> String? {
        guard let payload = try? ApprovalDesk.decode(approval), let sealed = payload.parameters,
            sealed.values.contains(where: SecretParameter.isSealed)
        else { return nil }
        var fields = ["qf-approval-like-1", approval.action.rawValue, approval.object.kind, approval.object.id]
        fields.append(approval.version.map { String($0) } ?? "-")
        guard let rest = try? ApprovalDesk.encode(payload.with(parameters: [:])) else { return nil }
        fields.append(rest)
        for (name, value) in sealed.sorted(by: { $0.key < $1.key }) {
            var plain = value
            if SecretParameter.isSealed(value) {
                let bound = SecretParameter.sealName(of: name, job: job)
                guard let opened = seal.open(value, name: bound, version: SecretParameter.sealVersion) else {
                    return nil
                }
                plain = opened
            }
            // What is sealed is never the same as what is said in clear.
            fields += [name, SecretParameter.isSealed(value) ? "sealed" : "clear", plain]
        }
        return seal.mark(of: fields)
    }
}
