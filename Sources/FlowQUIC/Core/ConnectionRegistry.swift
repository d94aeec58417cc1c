// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which connection an arriving datagram belongs to: many connection ids, one handle.
///
/// A connection has several ids during its life: the one the client invented for its first packet, the one the
/// server chose, and those issued later so that a peer can move to another path (RFC 9000 §5.1).
///
/// Invariant: an id belongs to at most one handle, and `connectionIDs(of:)` is exactly the set of ids that map to
/// that handle, so `removeAll(of:)` leaves nothing behind that could route to a connection that is gone.
struct ConnectionRegistry<Handle: Hashable> {
    private var handles: [ConnectionID: Handle] = [:]
    private var identifiers: [Handle: Set<ConnectionID>] = [:]

    /// How many ids are known.
    var count: Int { self.handles.count }

    /// The handle an id routes to, or nil when nobody has it.
    subscript(_ id: ConnectionID) -> Handle? { self.handles[id] }

    /// Routes an id to a handle.
    ///
    /// - Returns: `false` when the id already belongs to another handle; nothing changes then. A caller that chose
    ///   the id at random should choose again, one that was given it must refuse the connection.
    mutating func insert(_ id: ConnectionID, for handle: Handle) -> Bool {
        if let owner = self.handles[id] {
            return owner == handle
        }
        self.handles[id] = handle
        self.identifiers[handle, default: []].insert(id)
        return true
    }

    /// Stops routing an id.
    ///
    /// - Returns: The handle it belonged to, or nil when it was not known.
    @discardableResult
    mutating func remove(_ id: ConnectionID) -> Handle? {
        guard let handle = self.handles.removeValue(forKey: id) else { return nil }
        self.identifiers[handle]?.remove(id)
        if self.identifiers[handle]?.isEmpty == true {
            self.identifiers[handle] = nil
        }
        return handle
    }

    /// Stops routing every id of a handle.
    ///
    /// - Returns: How many ids it had.
    @discardableResult
    mutating func removeAll(of handle: Handle) -> Int {
        guard let owned = self.identifiers.removeValue(forKey: handle) else { return 0 }
        for id in owned {
            self.handles[id] = nil
        }
        return owned.count
    }

    /// All ids that route to a handle.
    func connectionIDs(of handle: Handle) -> Set<ConnectionID> {
        self.identifiers[handle] ?? []
    }
}
