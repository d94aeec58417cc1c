// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2
import NIOCore

extension QUICConnectionCore {
    private enum PacketOutcome {
        case sent(Int)
        /// Nothing to send, or congestion control and pacing allow nothing now.
        case idle
        case failed(Int32)
    }

    /// Sends what may be sent now: acknowledgements, lost data, new data; the rest waits for a timer or a packet.
    func write(now: UInt64) {
        guard self.isOpen, let conn = self.conn else { return }
        // One burst per call keeps a bulk transfer from starving the endpoint's other connections; the pacing timer
        // continues it.
        var burst = max(ngtcp2_conn_get_send_quantum(conn), self.endpoint.datagramCapacity)
        while burst > 0 {
            switch self.writePacket(conn, now: now) {
            case .sent(let size):
                burst -= min(burst, size)
            case .idle:
                burst = 0
            case .failed(let result):
                self.handle(result, now: now)
                return
            }
        }
        ngtcp2_conn_update_pkt_tx_time(conn, now)
    }

    /// Builds one packet, filled with frames of as many streams as fit.
    private func writePacket(_ conn: OpaquePointer, now: UInt64) -> PacketOutcome {
        let output = self.endpoint.scratch
        let path = self.endpoint.pathStorage
        ngtcp2_path_storage_zero(path)
        guard let pathPointer = path.pointer(to: \.path) else { return .idle }
        // Read before the first frame: between frames of one packet ngtcp2 allows no other call.
        var credit = ngtcp2_conn_get_max_data_left(conn)
        while true {
            let stream = self.nextSender(hasCredit: credit > 0)
            var ecn: UInt32 = 0
            var taken = -1
            var flags: UInt32 = 0
            var vectorCount = 0
            let vectors = self.endpoint.vectors
            if let stream {
                let (count, reachesEnd) = stream.buffer.fill(vectors)
                vectorCount = count
                flags = UInt32(NGTCP2_WRITE_STREAM_FLAG_MORE)
                if reachesEnd, stream.buffer.isFinished {
                    flags |= UInt32(NGTCP2_WRITE_STREAM_FLAG_FIN)
                }
            }
            let written = flow_conn_write(
                conn,
                pathPointer,
                &ecn,
                output.baseAddress,
                self.endpoint.datagramCapacity,
                &taken,
                flags,
                stream?.id ?? -1,
                vectors.baseAddress,
                vectorCount,
                now
            )
            if taken >= 0, let stream {
                credit -= min(credit, UInt64(taken))
                stream.buffer.advance(taken, offeredFin: flags & UInt32(NGTCP2_WRITE_STREAM_FLAG_FIN) != 0)
            }
            if written < 0 {
                guard self.canContinue(Int32(written), stream, credit: &credit) else {
                    return .failed(Int32(written))
                }
                continue
            }
            self.rotateSenders()
            guard written > 0, let sentOn = NetworkPath(path.pointee.path) else { return .idle }
            self.endpoint.sendScratch(written, on: sentOn, ecn: ecn)
            return .sent(written)
        }
    }

    /// Whether the packet goes on after a negative result, which may concern just the stream that was offered.
    private func canContinue(_ result: Int32, _ stream: Stream?, credit: inout UInt64) -> Bool {
        guard let stream else { return false }
        switch result {
        case NGTCP2_ERR_WRITE_MORE:
            return true
        case NGTCP2_ERR_STREAM_DATA_BLOCKED:
            // Only its own window announces itself with a callback, so a stream is parked only for that. With the
            // connection's window used up no stream is offered until the next packet arrives.
            if credit > 0 {
                stream.isBlocked = true
                self.blockedStreams.insert(stream.id)
            }
            credit = stream.isBlocked ? credit : 0
            return true
        case NGTCP2_ERR_STREAM_SHUT_WR, NGTCP2_ERR_STREAM_NOT_FOUND:
            // The peer does not want it any more and ngtcp2 has reset our side (RFC 9000 §3.5).
            stream.isShut = true
            self.emit(.stoppedByPeer(stream.id, code: nil))
            return true
        default:
            return false
        }
    }

    /// The first queued stream with something to send; streams without are taken out of the queue.
    private func nextSender(hasCredit: Bool) -> Stream? {
        var remaining = self.sendQueue.count
        while remaining > 0, let id = self.sendQueue.first {
            remaining -= 1
            guard let stream = self.streams[id], stream.wantsToSend else {
                self.sendQueue.removeFirst()
                self.streams[id]?.isQueued = false
                continue
            }
            if hasCredit || stream.buffer.hasUnsentFin {
                return stream
            }
            self.rotateSenders()
        }
        return nil
    }

    /// Lets the next stream go first, so that a busy one does not keep the others waiting.
    private func rotateSenders() {
        if self.sendQueue.count > 1 {
            self.sendQueue.append(self.sendQueue.removeFirst())
        }
    }
}
