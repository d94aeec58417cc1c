// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Whose word a definition is: the link has checked its signature, and what follows from that is decided here.
extension AgentCore {
    /// Takes the keys of a welcome; the link has left those that an authority of this host has vouched for.
    ///
    /// They are in force with the configuration that comes with them, because what was here before has no signatures. A server that
    /// names none changes nothing: an older one can't, and neither can whoever has no more than a server's certificate.
    mutating func takeKeys(of welcome: Welcome) {
        let keys = welcome.signingKeys.map(\.id)
        guard !keys.isEmpty else { return }
        let state = SigningState(keys: keys, isInForce: true)
        guard state != self.signing else { return }
        // Behind the configuration, in one transaction with it.
        self.pipeline.add(.setSigning(state))
        self.signing.keys = keys
        if welcome.config == nil { self.signing.isInForce = true }
    }

    /// The key that all definitions here are signed by; empty when there is no such key.
    var signedBy: String {
        var found: String?
        for job in self.jobs.values {
            guard case .signed(let key)? = job.snapshot.verdict, found == nil || found == key else { return "" }
            found = key
        }
        return found ?? self.signing.keys.last ?? ""
    }

    /// Why a definition is not run; nil when its signature is good, or none is needed.
    ///
    /// An order may be of a time before signatures: what it says counts where the configuration has it with one.
    func signatureRefusal(of job: JobSnapshot) -> String? {
        guard let refusal = self.configuration.policy.refusal(of: job.verdict, self.signing) else { return nil }
        if job.verdict == nil, var known = self.jobs[job.uid]?.snapshot, case .signed? = known.verdict {
            known.verdict = nil
            known.placement = job.placement
            if known == job { return nil }
        }
        return refusal
    }
}
