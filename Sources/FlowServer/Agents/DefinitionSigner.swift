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
        var known: [[UInt8]: [DefinitionSignature]] = [:]
        /// Of the definitions in `known`.
        var bytes = 0
        var made = 0
    }

    /// Bytes of definitions whose signatures are remembered; beyond that it begins anew.
    private static let limit = 32 << 20

    private let authorities: AuthorityBook
    private let state = Mutex(State())

    package init(_ authorities: AuthorityBook) { self.authorities = authorities }

    /// How often a definition was signed.
    package var made: Int { self.state.withLock { $0.made } }

    package func signatures(of definition: [UInt8]) throws -> [DefinitionSignature] {
        let keys = self.authorities.pair.all.map(\.definitionKey)
        let ids = keys.map(\.id)
        let known = self.state.withLock { state in
            if state.keys != ids {
                state.keys = ids
                state.known = [:]
                state.bytes = 0
            }
            return state.known[definition]
        }
        if let known { return known }
        // Outside the lock: two who ask at once sign the same.
        let signatures = try keys.map { try $0.sign(definition) }
        self.state.withLock { state in
            state.made += 1
            guard state.keys == ids else { return }
            if state.bytes + definition.count > Self.limit {
                state.known = [:]
                state.bytes = 0
            }
            if state.known.updateValue(signatures, forKey: definition) == nil { state.bytes += definition.count }
        }
        return signatures
    }
}
