// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2

extension QUICEndpointCore {
    /// Takes one datagram off the network.
    ///
    /// Whatever is in it, nothing worse happens than that it is ignored.
    ///
    /// - Parameters:
    ///   - datagram: The UDP payload.
    ///   - path: `local` is our address, `remote` the sender's.
    ///   - ecn: The congestion notification bits it came with, 0 if unknown.
    ///   - now: Monotonic time in nanoseconds.
    func receive(_ datagram: UnsafeRawBufferPointer, path: NetworkPath, ecn: UInt32, now: UInt64) {
        let now = self.advance(to: now)
        guard let first = datagram.first, let base = datagram.bindMemory(to: UInt8.self).baseAddress else { return }
        var header = ngtcp2_version_cid()
        let result = ngtcp2_pkt_decode_version_cid(&header, base, datagram.count, ConnectionID.ownLength)
        if result == NGTCP2_ERR_VERSION_NEGOTIATION {
            self.negotiateVersion(header, datagramSize: datagram.count, path: path)
            return
        }
        guard result == 0 else { return }
        let destination = UnsafeBufferPointer(start: header.dcid, count: header.dcidlen)
        guard let id = ConnectionID(destination) else { return }
        if let handle = self.registry[id], let connection = self.connections[handle] {
            self.deliver(datagram, to: connection, path: path, ecn: ecn, now: now)
        } else if !self.isServer {
            // A stateless reset carries a random id. A client's socket serves one connection: it can only be for that.
            if self.connections.count == 1, first & 0x80 == 0, let connection = self.connections.values.first {
                self.deliver(datagram, to: connection, path: path, ecn: ecn, now: now)
            }
        } else if first & 0x80 == 0 {
            self.resetStatelessly(header, datagramSize: datagram.count, path: path, now: now)
        } else {
            self.accept(datagram, path: path, ecn: ecn, now: now)
        }
    }

    func deliver(
        _ datagram: UnsafeRawBufferPointer,
        to connection: QUICConnectionCore,
        path: NetworkPath,
        ecn: UInt32,
        now: UInt64
    ) {
        connection.read(datagram, path: path, ecn: ecn, now: now)
        if !connection.isDirty {
            self.reschedule(connection)
        }
    }

    /// Tells a client which version we speak (RFC 9000 §6.1).
    private func negotiateVersion(_ header: ngtcp2_version_cid, datagramSize: Int, path: NetworkPath) {
        // Answering only datagrams as large as a first packet must be keeps us from amplifying forged ones.
        guard self.isServer, datagramSize >= 1_200 else { return }
        var versions = [UInt32(NGTCP2_PROTO_VER_V1)]
        var random: UInt8 = 0
        withUnsafeMutableBytes(of: &random) { fillRandom($0) }
        let written = ngtcp2_pkt_write_version_negotiation(
            self.scratch.baseAddress,
            self.scratch.count,
            random,
            header.scid,
            header.scidlen,
            header.dcid,
            header.dcidlen,
            &versions,
            versions.count
        )
        guard written > 0 else { return }
        self.sendScratch(written, on: path, ecn: 0)
    }

    /// Tells a peer that its connection is unknown here, as after a restart (RFC 9000 §10.3).
    private func resetStatelessly(_ header: ngtcp2_version_cid, datagramSize: Int, path: NetworkPath, now: UInt64) {
        // A reset must be shorter than what provoked it, or two endpoints could go on for ever, and must still look
        // like any short packet.
        guard datagramSize > 43, self.resetBudget.take(now: now) else { return }
        var id = ngtcp2_cid()
        flow_cid(&id, header.dcid, header.dcidlen)
        var token = [UInt8](repeating: 0, count: 16)
        guard self.writeResetToken(of: id, to: &token) else { return }
        var random = [UInt8](repeating: 0, count: 27)
        random.withUnsafeMutableBytes { fillRandom($0) }
        let capacity = min(datagramSize - 1, random.count + token.count)
        let written = ngtcp2_pkt_write_stateless_reset(
            self.scratch.baseAddress,
            capacity,
            token,
            random,
            random.count
        )
        guard written > 0 else { return }
        self.sendScratch(written, on: path, ecn: 0)
    }
}
