// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2

extension NetworkPath {
    /// Calls a closure with the path as ngtcp2 takes it; valid only during the call.
    func withPath<Result>(_ body: (UnsafePointer<ngtcp2_path>) -> Result) -> Result {
        self.local.withSocketAddress { local, localLength in
            self.remote.withSocketAddress { remote, remoteLength in
                var path = ngtcp2_path()
                path.local = ngtcp2_addr(addr: local, addrlen: ngtcp2_socklen(localLength))
                path.remote = ngtcp2_addr(addr: remote, addrlen: ngtcp2_socklen(remoteLength))
                return body(&path)
            }
        }
    }

    /// Reads a path ngtcp2 filled in; nil when it left an address empty.
    init?(_ path: ngtcp2_path) {
        guard let localPointer = path.local.addr, let remotePointer = path.remote.addr,
            let local = NetworkAddress(localPointer, length: Int(path.local.addrlen)),
            let remote = NetworkAddress(remotePointer, length: Int(path.remote.addrlen))
        else { return nil }
        self.init(local: local, remote: remote)
    }
}

extension ConnectionID {
    /// The id in ngtcp2's form; nil when its length is out of range.
    init?(_ id: ngtcp2_cid) {
        var copy = id
        let length = copy.datalen
        let parsed = withUnsafeBytes(of: &copy.data) { ConnectionID($0.prefix(length)) }
        guard let parsed, length <= Self.maximumLength else { return nil }
        self = parsed
    }
}

extension ngtcp2_cid {
    /// An id of that many random bytes, at most 20.
    static func random(_ count: Int) -> ngtcp2_cid {
        var id = ngtcp2_cid()
        id.datalen = min(count, ConnectionID.maximumLength)
        let length = id.datalen
        withUnsafeMutableBytes(of: &id.data) { fillRandom(UnsafeMutableRawBufferPointer(rebasing: $0.prefix(length))) }
        return id
    }
}
