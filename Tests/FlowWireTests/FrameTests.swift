// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import NIOCore
import Testing

@testable import FlowWire

@Suite("Frames")
struct FrameTests {
    @Test("Messages come out whole wherever the bytes are cut")
    func everySplit() throws {
        var values = RandomValues(seed: 1)
        let messages = values.agentMessages()
        var bytes = ByteBuffer()
        for message in messages { try Frame.write(PBEnvelope(message), into: &bytes) }
        for cut in 0...bytes.readableBytes {
            var decoder = FrameDecoder()
            var received: [AgentMessage] = []
            var rest = bytes
            for part in [rest.readSlice(length: cut)!, rest] {
                decoder.append(part)
                while let envelope = try decoder.next() { received.append(try envelope.agentMessage()) }
            }
            #expect(received == messages)
            try decoder.finish()
        }
    }

    @Test("Messages come out whole byte by byte")
    func singleBytes() throws {
        var values = RandomValues(seed: 2)
        let messages = values.serverMessages()
        var bytes = ByteBuffer()
        for message in messages { try Frame.write(PBEnvelope(message), into: &bytes) }
        var decoder = FrameDecoder()
        var received: [ServerMessage] = []
        for byte in bytes.readableBytesView {
            decoder.append(ByteBuffer(bytes: [byte]))
            while let envelope = try decoder.next() { received.append(try envelope.serverMessage()) }
        }
        #expect(received == messages)
    }

    @Test("Random bytes end in a typed error or in waiting, never in a crash", arguments: 1...300)
    func fuzz(seed: UInt64) {
        var values = RandomValues(seed: seed)
        var bytes = ByteBuffer(bytes: (0..<values.int(0...400)).map { _ in values.byte() })
        if values.bool() {
            // A plausible length, so that the content reaches the parser.
            bytes.setInteger(UInt32(max(0, bytes.readableBytes - 4)), at: 0)
        }
        var decoder = FrameDecoder(limit: 1 << 16)
        while bytes.readableBytes > 0 {
            decoder.append(bytes.readSlice(length: min(bytes.readableBytes, values.int(1...50)))!)
            do {
                while let envelope = try decoder.next() {
                    _ = try? envelope.agentMessage()
                    _ = try? envelope.serverMessage()
                    _ = try? envelope.logMessage()
                    _ = try? envelope.enrolmentMessage()
                }
            } catch {
                #expect(throws: error) { try decoder.next() }
                return
            }
        }
    }

    @Test("Damaged messages end in a typed error or another message, never in a crash", arguments: 1...200)
    func damage(seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for message in values.serverMessages() {
            var bytes = try Frame.encode(PBEnvelope(message))
            for _ in 0..<values.int(1...4) {
                bytes.setInteger(values.byte(), at: values.int(4...max(4, bytes.readableBytes - 1)))
            }
            var decoder = FrameDecoder()
            decoder.append(bytes)
            if let envelope = try? decoder.next() { _ = try? envelope.serverMessage() }
        }
    }

    @Test("A length over the limit is refused at once, before its bytes arrive")
    func limit() {
        var decoder = FrameDecoder(limit: 100)
        decoder.append(ByteBuffer(bytes: [0, 0, 0, 101]))
        #expect(throws: WireError.frameTooLarge(length: 101, limit: 100)) { try decoder.next() }
        var huge = FrameDecoder()
        huge.append(ByteBuffer(bytes: [255, 255, 255, 255]))
        #expect(throws: WireError.frameTooLarge(length: 4_294_967_295, limit: 4 << 20)) { try huge.next() }
        // After an error there are no boundaries any more.
        decoder.append(ByteBuffer(bytes: [0, 0, 0, 0]))
        #expect(throws: WireError.frameTooLarge(length: 101, limit: 100)) { try decoder.next() }
    }

    @Test("An empty envelope is refused; a message of a kind that only a newer peer knows is passed over")
    func unknown() throws {
        var empty = FrameDecoder()
        empty.append(ByteBuffer(bytes: [0, 0, 0, 0]))
        #expect(throws: WireError.emptyMessage) { try empty.next() }
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: [0, 0, 0, 3, 0xfa, 0x3f, 0]))
        decoder.append(try Frame.encode(PBEnvelope(.configPull(version: 7))))
        #expect(try decoder.next()?.agentMessage() == .configPull(version: 7))
        #expect(try decoder.next() == nil)
    }

    @Test("The end of a stream inside a frame is noticed")
    func truncated() throws {
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: [0, 0, 0, 10, 1, 2]))
        #expect(try decoder.next() == nil)
        #expect(throws: WireError.truncatedFrame(missing: 8)) { try decoder.finish() }
    }

    @Test("Lists that do not fit into one frame are sent in several and mean the same")
    func splitting() throws {
        var values = RandomValues(seed: 3)
        let reports = (0..<200).map { _ in values.report() }
        let bytes = try Frame.encode(PBEnvelope(.reports(incarnation: "i", reports)), limit: 4096)
        var decoder = FrameDecoder(limit: 4096)
        decoder.append(bytes)
        var received: [Report] = []
        var frames = 0
        while let envelope = try decoder.next() {
            guard case .reports(incarnation: "i", let part) = try envelope.agentMessage() else { continue }
            received += part
            frames += 1
        }
        #expect(received == reports)
        #expect(frames > 1)
    }

    @Test("A single item over the limit cannot be sent, and says so")
    func tooLarge() {
        let report = Report(
            executionID: ExecutionID(bytes: [UInt8](repeating: 1, count: 16))!,
            runID: RunID(bytes: [UInt8](repeating: 2, count: 16))!,
            jobUID: JobUID(bytes: [UInt8](repeating: 3, count: 16))!,
            jobID: 1,
            jobName: "n",
            jobVersion: 1,
            kind: .cron,
            nominal: Timestamp(seconds: 1),
            status: .failure,
            detail: String(repeating: "x", count: 2000)
        )
        #expect(throws: WireError.self) {
            try Frame.encode(PBEnvelope(.reports(incarnation: "i", [report, report])), limit: 1000)
        }
    }
}
