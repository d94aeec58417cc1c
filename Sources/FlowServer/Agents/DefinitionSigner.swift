// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowWire
import Synchronization

/// Signs definitions by the keys of the authorities that hosts trust, each version once for all hosts.
package final class DefinitionSigner: DefinitionSigning {
    private struct State {
        /// Ids of the keys that `known` is signed by.
        var keys: [String] = []
        /// By the digest of the definition.
        var known: [[UInt8]: [DefinitionSignature]] = [:]
        var made = 0
    }

    private let authorities: AuthorityBook
    private let state = Mutex(State())

    /// Definitions whose signatures are remembered; beyond that it begins anew.
    private let limit: Int

    package init(_ authorities: AuthorityBook, limit: Int = 65_536) {
        self.authorities = authorities
        self.limit = limit
    }

    /// How often a definition was signed.
    package var made: Int { self.state.withLock { $0.made } }

    package func signatures(of definition: [UInt8]) throws -> [DefinitionSignature] {
        let keys = self.authorities.pair.all.map(\.definitionKey)
        let ids = keys.map(\.id)
        // Outside the lock, which all sessions share: a definition may be long.
        let digest = DefinitionTrust.digest(of: definition)
        let known = self.state.withLock { state in
            if state.keys != ids {
                state.keys = ids
                state.known = [:]
            }
            return state.known[digest]
        }
        if let known { return known }
        // Two who ask at once sign the same.
        let signatures = try keys.map { try $0.sign(digest: digest) }
        self.state.withLock { state in
            state.made += 1
            guard state.keys == ids else { return }
            if state.known.count >= self.limit { state.known = [:] }
            state.known[digest] = signatures
        }
        return signatures
    }
}
