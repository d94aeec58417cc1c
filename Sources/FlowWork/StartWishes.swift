// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess

/// What ``LimitedStart`` is told before the program (``StartWord``).
struct StartWishes {
    private(set) var limits: [ProcessLimit: UInt64] = [:]
    private(set) var user: String?
    private(set) var directory: String?
    private(set) var unit: String?
    private var manager: String?
    private var slice: String?
    private var description: String?

    /// - Throws: for a word that is none.
    init(_ words: some Sequence<String>) throws(WorkFailure) {
        for word in words {
            if let user = Self.rest(of: word, after: StartWord.user) {
                self.user = user
            } else if let directory = Self.rest(of: word, after: StartWord.directory) {
                self.directory = directory
            } else if let unit = Self.rest(of: word, after: StartWord.unit) {
                self.unit = unit
            } else if let manager = Self.rest(of: word, after: StartWord.manager) {
                self.manager = manager
            } else if let slice = Self.rest(of: word, after: StartWord.slice) {
                self.slice = slice
            } else if let description = Self.rest(of: word, after: StartWord.description) {
                self.description = description
            } else {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, let limit = ProcessLimit(rawValue: parts[0]), let value = UInt64(parts[1])
                else {
                    throw WorkFailure(.unstarted, "limits: '\(word)' is none")
                }
                self.limits[limit] = value
            }
        }
        // Those are the runner's, or a unit's.
        let together = self.limits.keys.filter { $0.controller != nil }.map(\.rawValue).min()
        if self.unit == nil, let together { throw WorkFailure(.unstarted, "limits: '\(together)' needs a unit") }
    }

    /// Makes the scope, if one is wanted, with this process in it.
    ///
    /// - Throws: with ``StartWord/unitTrouble`` first.
    func enterUnit() throws(WorkFailure) {
        guard let unit else { return }
        let request = ScopeRequest(
            name: unit,
            description: self.description ?? unit,
            slice: self.slice,
            // Otherwise both would be told to end at once, and the agent take for the job's own end what is the host's.
            before: UnitStart.service(in: UnitStart.ownGroups()),
            limits: self.limits.filter { $0.key.controller != nil }
        )
        let usual = ServiceManager.usual()
        let manager = self.manager.map { ServiceManager(socket: $0, isSystem: usual.isSystem) } ?? usual
        do throws(WorkFailure) { try UnitStart.enter(request, of: manager) } catch {
            throw WorkFailure(error.exit, StartWord.unitTrouble + error.message)
        }
    }

    private static func rest(of word: String, after prefix: String) -> String? {
        word.hasPrefix(prefix) ? String(word.dropFirst(prefix.count)) : nil
    }
}
